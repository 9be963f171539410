# shellcheck shell=bash
# Maven as the scripts run it: no questions, no progress bars, and no escape codes (the colour
# settings leave resets behind).
run_maven() {
  mvn -B -ntp -Dstyle.color=never "$@" 2>&1 | sed -u $'s/\e\\[[0-9;]*m//g'
}
