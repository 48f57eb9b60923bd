#!/bin/bash
# make-root.sh FOLDER [NODE]: lays out the root file system of an image that holds Node, the libraries that it is linked to, and nothing
# that could be started besides.
set -euo pipefail
root=$1
node=${2:-/usr/local/bin/node}
here=$(dirname "$(readlink -f "$0")")
user=65532

install -d "$root"/{etc/sallyport,usr/local/bin,var/lib/dpkg/status.d}
install -m 0755 "$node" "$root/usr/local/bin/node"
install -m 0755 "$here/sallyport" "$root/usr/local/bin/sallyport"

ldd "$node" | grep -o '/[^ ]*' | sort -u | while read -r library; do
  cp --parents --dereference "$library" "$root"
done
# by these, scanners know which version of a library is in the image
for package in libc6 libgcc-s1 libstdc++6; do
  dpkg-query --status "$package" >"$root/var/lib/dpkg/status.d/$package"
done
cp /etc/os-release "$root/etc/os-release"

echo "sallyport:x:$user:$user:Sallyport:/var/lib/sallyport:/nonexistent" >"$root/etc/passwd"
echo "sallyport:x:$user:" >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

install -d -m 1777 "$root/tmp"
install -d -m 0755 -o "$user" -g "$user" "$root/var/lib/sallyport"
install -d -m 0700 -o "$user" -g "$user" "$root"/var/lib/sallyport/{state,recordings,agent}
