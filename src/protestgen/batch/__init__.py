"""Many letters: roster, planner, worker, runner, output folder, cluster."""
