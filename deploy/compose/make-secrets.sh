#!/bin/bash
# make-secrets.sh FOLDER: makes each secret of the compose file that is not there yet, readable for the one user that needs it.
set -euo pipefail
umask 077
cd "$1"

readonly sallyport=65532 postgres=999

random() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

# keep NAME OWNER MODE CONTENT
keep() {
  [ -e "$1" ] || printf '%s\n' "$4" >"$1"
  chown "$2" "$1"
  chmod "$3" "$1"
}

keep state-password "$postgres:$postgres" 0400 "$(random)"
keep state-url "$sallyport:$sallyport" 0400 "postgres://sallyport:$(cat state-password)@state:5432/sallyport"
keep sealing-key "$sallyport:$sallyport" 0400 "$(random)"
keep mask-key "$sallyport:$sallyport" 0400 "$(random)"
# two need it: the database, when it is made, and the agent, whenever it logs in
keep shop-password "$postgres:$sallyport" 0440 "$(random)"
# whoever owns the folder writes into it what `sallyport agents enroll` prints; compose wants the file to be there
[ -e agent-token ] || : >agent-token
chown --reference=. agent-token
chgrp "$sallyport" agent-token
chmod 0640 agent-token
