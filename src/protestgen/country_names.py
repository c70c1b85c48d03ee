"""Country codes, and names of countries that need no other library."""

# Names that people type and that CLDR lacks.
SHORT_NAMES = {
    "america": "us",
    "amerika": "us",
    "amérique": "us",
    "angleterre": "gb",
    "arabia saudita": "sa",
    "birma": "mm",
    "birmania": "mm",
    "birmanie": "mm",
    "bosnia": "ba",
    "bosnie": "ba",
    "bosnien": "ba",
    "bosnien-herzegowina": "ba",
    "brd": "de",
    "britain": "gb",
    "bundesrepublik deutschland": "de",
    "burma": "mm",
    "centrafrique": "cf",
    "cité du vatican": "va",
    "corea": "kr",
    "corée": "kr",
    "costa de marfil": "ci",
    "czech republic": "cz",
    "democratic republic of the congo": "cd",
    "dr congo": "cd",
    "drc": "cd",
    "east timor": "tl",
    "ee uu": "us",
    "eeuu": "us",
    "eire": "ie",
    "elfenbeinküste": "ci",
    "emiratos árabes": "ae",
    "england": "gb",
    "escocia": "gb",
    "estados unidos de américa": "us",
    "federación de rusia": "ru",
    "federación rusa": "ru",
    "fédération de russie": "ru",
    "gales": "gb",
    "gran bretaña": "gb",
    "grande-bretagne": "gb",
    "great britain": "gb",
    "großbritannien": "gb",
    "holanda": "nl",
    "holland": "nl",
    "hollande": "nl",
    "holy see": "va",
    "hong kong": "hk",
    "inglaterra": "gb",
    "irlanda del norte": "gb",
    "irlande du nord": "gb",
    "ivory coast": "ci",
    "kazajstán": "kz",
    "kirghizistan": "kg",
    "kirgisien": "kg",
    "kirgistan": "kg",
    "kirguizistán": "kg",
    "korea": "kr",
    "kyrgyz republic": "kg",
    "macao": "mo",
    "macau": "mo",
    "macedonia": "mk",
    "macédoine": "mk",
    "malouines": "fk",
    "mazedonien": "mk",
    "moldau": "md",
    "moldawien": "md",
    "nordirland": "gb",
    "northern ireland": "gb",
    "nueva zelandia": "nz",
    "osttimor": "tl",
    "palestina": "ps",
    "palestine": "ps",
    "palästina": "ps",
    "pays de galles": "gb",
    "rdc": "cd",
    "republic of ireland": "ie",
    "republic of korea": "kr",
    "republic of the congo": "cg",
    "república checa": "cz",
    "república del congo": "cg",
    "russian federation": "ru",
    "russische föderation": "ru",
    "république démocratique du congo": "cd",
    "république d’irlande": "ie",
    "république slovaque": "sk",
    "république tchèque": "cz",
    "saint-siège": "va",
    "santa sede": "va",
    "sao tome": "st",
    "schottland": "gb",
    "scotland": "gb",
    "slovak republic": "sk",
    "slowakische republik": "sk",
    "suazilandia": "sz",
    "swaziland": "sz",
    "trinidad": "tt",
    "tschechische republik": "cz",
    "turkey": "tr",
    "turkménie": "tm",
    "uae": "ae",
    "uk": "gb",
    "united states of america": "us",
    "usa": "us",
    "vae": "ae",
    "vatican": "va",
    "vaticano": "va",
    "vatikan": "va",
    "vereinigte staaten von amerika": "us",
    "volksrepublik china": "cn",
    "wales": "gb",
    "weißrussland": "by",
    "écosse": "gb",
    "émirats": "ae",
    "états-unis d’amérique": "us",
    "αγγλία": "gb",
    "αμερική": "us",
    "βιρμανία": "mm",
    "βοσνία": "ba",
    "βρετανία": "gb",
    "βόρεια ιρλανδία": "gb",
    "ελλάς": "gr",
    "εμιράτα": "ae",
    "ηαε": "ae",
    "ηνωμένες πολιτείες αμερικής": "us",
    "ηπα": "us",
    "καζαχστάν": "kz",
    "κιργιζία": "kg",
    "κιργισία": "kg",
    "κορέα": "kr",
    "κυπριακή δημοκρατία": "cy",
    "μεγάλη βρετανία": "gb",
    "μπελαρούς": "by",
    "ολλανδία": "nl",
    "ουαλία": "gb",
    "παλαιστίνη": "ps",
    "ρωσική ομοσπονδία": "ru",
    "σκωτία": "gb",
    "τσεχική δημοκρατία": "cz",
    "χονγκ κονγκ": "hk",
    "америка": "us",
    "англия": "gb",
    "белоруссия": "by",
    "бирма": "mm",
    "британия": "gb",
    "голландия": "nl",
    "гонконг": "hk",
    "кнр": "cn",
    "корея": "kr",
    "кыргызстан": "kg",
    "македония": "mk",
    "молдавия": "md",
    "объединённые арабские эмираты": "ae",
    "палестина": "ps",
    "российская федерация": "ru",
    "рф": "ru",
    "соединённое королевство": "gb",
    "соединённые штаты америки": "us",
    "сша": "us",
    "туркмения": "tm",
    "уэльс": "gb",
    "чешская республика": "cz",
    "шотландия": "gb",
    "юар": "za",
    "южная корея": "kr",
}


# Countries whose English name has an article in a sentence.
WITH_ARTICLE = frozenset(
    """
    ae ax bs cf ck do fk fo gb gm io km ky mh mp mv nl ph pn ps sb tc tf um us vg vi
    """.split()  # noqa: SIM905 - a line of words is easier to read and check
)


# English names from CLDR, for letters in English, which load no Babel. The codes are of
# ISO 3166-1 alpha-2, as of 2024, and xk (Kosovo), in use though not assigned.
ENGLISH_NAMES = dict(
    entry.strip().split(" ", 1)
    for entry in """
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
    """.replace("\n", " ").split(";")
)

COUNTRY_CODES = frozenset(ENGLISH_NAMES)
