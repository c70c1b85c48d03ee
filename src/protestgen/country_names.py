"""Country codes, and names of countries that need no other library."""


def _by_code(text: str) -> dict[str, str]:
    """Return what stands behind each code in *text*, whose entries end with ";"."""
    entries = " ".join(text.split()).split("; ")
    return dict(entry.split(" ", 1) for entry in entries)


# Names that people type and that CLDR lacks.
_NAMES_BY_CODE = _by_code(
    """
    ae emiratos árabes, uae, vae, émirats, εμιράτα, ηαε, объединённые арабские
        эмираты;
    ba bosnia, bosnie, bosnien, bosnien-herzegowina, βοσνία;
    by weißrussland, μπελαρούς, белоруссия;
    cd democratic republic of the congo, dr congo, drc, rdc, république démocratique
        du congo;
    cf centrafrique;
    cg republic of the congo, república del congo;
    ci costa de marfil, elfenbeinküste, ivory coast;
    cn volksrepublik china, кнр;
    cy κυπριακή δημοκρατία;
    cz czech republic, república checa, république tchèque, tschechische republik,
        τσεχική δημοκρατία, чешская республика;
    de brd, bundesrepublik deutschland;
    fk malouines;
    gb angleterre, britain, england, escocia, gales, gran bretaña, grande-bretagne,
        great britain, großbritannien, inglaterra, irlanda del norte, irlande du
        nord, nordirland, northern ireland, pays de galles, schottland, scotland,
        uk, wales, écosse, αγγλία, βρετανία, βόρεια ιρλανδία, μεγάλη βρετανία,
        ουαλία, σκωτία, англия, британия, соединённое королевство, уэльс, шотландия;
    gr ελλάς;
    hk hong kong, χονγκ κονγκ, гонконг;
    ie eire, republic of ireland, république d’irlande;
    kg kirghizistan, kirgisien, kirgistan, kirguizistán, kyrgyz republic, κιργιζία,
        κιργισία, кыргызстан;
    kr corea, corée, korea, republic of korea, κορέα, корея, южная корея;
    kz kazajstán, καζαχστάν;
    md moldau, moldawien, молдавия;
    mk macedonia, macédoine, mazedonien, македония;
    mm birma, birmania, birmanie, burma, βιρμανία, бирма;
    mo macao, macau;
    nl holanda, holland, hollande, ολλανδία, голландия;
    nz nueva zelandia;
    ps palestina, palestine, palästina, παλαιστίνη, палестина;
    ru federación de rusia, federación rusa, fédération de russie, russian
        federation, russische föderation, ρωσική ομοσπονδία, российская федерация,
        рф;
    sa arabia saudita;
    sk république slovaque, slovak republic, slowakische republik;
    st sao tome;
    sz suazilandia, swaziland;
    tl east timor, osttimor;
    tm turkménie, туркмения;
    tr turkey;
    tt trinidad;
    us america, amerika, amérique, ee uu, eeuu, estados unidos de américa, united
        states of america, usa, vereinigte staaten von amerika, états-unis
        d’amérique, αμερική, ηνωμένες πολιτείες αμερικής, ηπα, америка, соединённые
        штаты америки, сша;
    va cité du vatican, holy see, saint-siège, santa sede, vatican, vaticano,
        vatikan;
    za юар
    """
)
SHORT_NAMES = {
    name: code for code, names in _NAMES_BY_CODE.items() for name in names.split(", ")
}

# Countries whose English name has an article in a sentence.
WITH_ARTICLE = frozenset(
    """
    ae ax bs cf ck do fk fo gb gm io km ky mh mp mv nl ph pn ps sb tc tf um us vg vi
    """.split()  # noqa: SIM905 - a line of words is easier to read and check
)


# English names from CLDR, for letters in English, which load no Babel. The codes are of
# ISO 3166-1 alpha-2, as of 2024, and xk (Kosovo), in use though not assigned.
ENGLISH_NAMES = _by_code(
    """
    ad Andorra; ae United Arab Emirates; af Afghanistan; ag Antigua & Barbuda;
    ai Anguilla; al Albania; am Armenia; ao Angola; aq Antarctica; ar Argentina;
    as American Samoa; at Austria; au Australia; aw Aruba; ax Åland Islands;
    az Azerbaijan; ba Bosnia & Herzegovina; bb Barbados; bd Bangladesh; be Belgium;
    bf Burkina Faso; bg Bulgaria; bh Bahrain; bi Burundi; bj Benin; bl St. Barthélemy;
    bm Bermuda; bn Brunei; bo Bolivia; bq Caribbean Netherlands; br Brazil; bs Bahamas;
    bt Bhutan; bv Bouvet Island; bw Botswana; by Belarus; bz Belize; ca Canada;
    cc Cocos (Keeling) Islands; cd Congo - Kinshasa; cf Central African Republic;
    cg Congo - Brazzaville; ch Switzerland; ci Côte d’Ivoire; ck Cook Islands; cl Chile;
    cm Cameroon; cn China; co Colombia; cr Costa Rica; cu Cuba; cv Cape Verde;
    cw Curaçao; cx Christmas Island; cy Cyprus; cz Czechia; de Germany; dj Djibouti;
    dk Denmark; dm Dominica; do Dominican Republic; dz Algeria; ec Ecuador; ee Estonia;
    eg Egypt; eh Western Sahara; er Eritrea; es Spain; et Ethiopia; fi Finland; fj Fiji;
    fk Falkland Islands; fm Micronesia; fo Faroe Islands; fr France; ga Gabon;
    gb United Kingdom; gd Grenada; ge Georgia; gf French Guiana; gg Guernsey; gh Ghana;
    gi Gibraltar; gl Greenland; gm Gambia; gn Guinea; gp Guadeloupe;
    gq Equatorial Guinea; gr Greece; gs South Georgia & South Sandwich Islands;
    gt Guatemala; gu Guam; gw Guinea-Bissau; gy Guyana; hk Hong Kong SAR China;
    hm Heard & McDonald Islands; hn Honduras; hr Croatia; ht Haiti; hu Hungary;
    id Indonesia; ie Ireland; il Israel; im Isle of Man; in India;
    io British Indian Ocean Territory; iq Iraq; ir Iran; is Iceland; it Italy;
    je Jersey; jm Jamaica; jo Jordan; jp Japan; ke Kenya; kg Kyrgyzstan; kh Cambodia;
    ki Kiribati; km Comoros; kn St. Kitts & Nevis; kp North Korea; kr South Korea;
    kw Kuwait; ky Cayman Islands; kz Kazakhstan; la Laos; lb Lebanon; lc St. Lucia;
    li Liechtenstein; lk Sri Lanka; lr Liberia; ls Lesotho; lt Lithuania; lu Luxembourg;
    lv Latvia; ly Libya; ma Morocco; mc Monaco; md Moldova; me Montenegro;
    mf St. Martin; mg Madagascar; mh Marshall Islands; mk North Macedonia; ml Mali;
    mm Myanmar (Burma); mn Mongolia; mo Macao SAR China; mp Northern Mariana Islands;
    mq Martinique; mr Mauritania; ms Montserrat; mt Malta; mu Mauritius; mv Maldives;
    mw Malawi; mx Mexico; my Malaysia; mz Mozambique; na Namibia; nc New Caledonia;
    ne Niger; nf Norfolk Island; ng Nigeria; ni Nicaragua; nl Netherlands; no Norway;
    np Nepal; nr Nauru; nu Niue; nz New Zealand; om Oman; pa Panama; pe Peru;
    pf French Polynesia; pg Papua New Guinea; ph Philippines; pk Pakistan; pl Poland;
    pm St. Pierre & Miquelon; pn Pitcairn Islands; pr Puerto Rico;
    ps Palestinian Territories; pt Portugal; pw Palau; py Paraguay; qa Qatar;
    re Réunion; ro Romania; rs Serbia; ru Russia; rw Rwanda; sa Saudi Arabia;
    sb Solomon Islands; sc Seychelles; sd Sudan; se Sweden; sg Singapore; sh St. Helena;
    si Slovenia; sj Svalbard & Jan Mayen; sk Slovakia; sl Sierra Leone; sm San Marino;
    sn Senegal; so Somalia; sr Suriname; ss South Sudan; st São Tomé & Príncipe;
    sv El Salvador; sx Sint Maarten; sy Syria; sz Eswatini; tc Turks & Caicos Islands;
    td Chad; tf French Southern Territories; tg Togo; th Thailand; tj Tajikistan;
    tk Tokelau; tl Timor-Leste; tm Turkmenistan; tn Tunisia; to Tonga; tr Türkiye;
    tt Trinidad & Tobago; tv Tuvalu; tw Taiwan; tz Tanzania; ua Ukraine; ug Uganda;
    um U.S. Outlying Islands; us United States; uy Uruguay; uz Uzbekistan;
    va Vatican City; vc St. Vincent & Grenadines; ve Venezuela;
    vg British Virgin Islands; vi U.S. Virgin Islands; vn Vietnam; vu Vanuatu;
    wf Wallis & Futuna; ws Samoa; xk Kosovo; ye Yemen; yt Mayotte; za South Africa;
    zm Zambia; zw Zimbabwe
    """
)

COUNTRY_CODES = frozenset(ENGLISH_NAMES)
