#!/bin/sh
# Reconciles two days of orders with a payment channel's bills: sh demo.sh PATH/TO/recon
set -u
recon=$(realpath "$1")
cd "$(dirname "$0")" || exit 2

bold='' plain=''
if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); fi
step() { printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"; }
want() { # want CODE COMMAND…: the exit code is part of what is shown
	code=$1
	shift
	step recon "$@"
	"$recon" "$@"
	got=$?
	if [ "$got" -ne "$code" ]; then
		echo "demo: exit code $got, want $code" >&2
		exit 1
	fi
}

echo "Making two days of orders and bills in $(pwd)/data"
go run ./generate -out data || exit 1
state=data/state

want 0 check daily_payment.recon
want 0 plan daily_payment --param date=2026-11-20
# Day one differs, so its gates fail: exit code 1. The midnight pair is pending.
want 1 run daily_payment --param date=2026-11-20 --at 2026-11-21T06:30:00+08:00 --state $state --out data/day1.html
want 0 breaks list daily_payment --state $state
want 0 explain daily_payment P20261120-MIDNIGHT --state $state
# Day two: the midnight pair matches, and the late bill clears a break of day one.
want 0 run daily_payment --param date=2026-11-21 --at 2026-11-22T06:30:00+08:00 --state $state --out data/day2.html
want 0 breaks list daily_payment --state $state
want 0 runs list --state $state
want 0 runs verify --state $state
printf '\nBoth reports as pages: %s/data/day1.html and day2.html\n' "$(pwd)"
