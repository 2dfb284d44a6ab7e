#!/bin/sh
# Installs the programs that the heavy tests start: a browser, a mail server, database servers, a web server and a virus scanner.
set -eu
missing=""
for pair in postfix:postfix /usr/lib/dovecot/imap:dovecot-imapd nginx:nginx clamd:clamav-daemon openssl:openssl redis-server:redis-server; do
  command -v "${pair%%:*}" >/dev/null 2>&1 || [ -x "/usr/sbin/${pair%%:*}" ] || missing="$missing ${pair##*:}"
done
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v chromium-headless-shell >/dev/null 2>&1 || command -v chromium >/dev/null 2>&1 || missing="$missing chromium-headless-shell"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "The heavy tests need these programs; install them, for example with: sudo apt-get install --no-install-recommends$missing"
  [ -z "${CI:-}" ] || exit 1
  exit 0
fi
echo "Installing Debian packages for the heavy tests:$missing"
export DEBIAN_FRONTEND=noninteractive
echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
apt-get update -qq
# No service is started by its package: the tests start their own.
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d.tests
if [ -e /usr/sbin/policy-rc.d ]; then rm /usr/sbin/policy-rc.d.tests; else mv /usr/sbin/policy-rc.d.tests /usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; added=yes; fi
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
[ -z "${added:-}" ] || rm /usr/sbin/policy-rc.d
