#!/bin/sh
# The conformance cases run on ansible-core too, where there is one. Where Debian's can be installed it is; without it those
# comparisons are skipped in sight.
command -v ansible-playbook > /dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
  echo 'ansible-core is not installed here: the comparison with it is left out (apt-get install ansible-core).'
  exit 0
fi
echo 'Installing ansible-core, to compare with.'
install() { DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends ansible-core > /dev/null; }
install 2> /dev/null || { apt-get -qq update && install; } || echo 'It cannot be installed: the comparison is left out.'
