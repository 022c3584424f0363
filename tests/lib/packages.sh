# Sourced by ./demo and ./check: install what is missing, by package name.
# Nothing that is installed here is started, and no system service is touched.

# For a command without arguments, in its folder: --help prints the comment at
# its head, anything else is refused.
# takes_no_arguments NAME "$@"
takes_no_arguments() {
	name=$1; shift
	[ $# -gt 0 ] || return 0
	case $1 in
	-h | --help)
		echo "use: ./$name"
		awk 'NR == 1 { next } !/^#/ { exit } { sub(/^# ?/, ""); print }' "$name"
		exit 0 ;;
	esac
	echo "$name: takes no argument such as $1; see ./$name --help" >&2
	exit 64
}

# Names of the packages of "$@" that are not installed.
missing_packages() {
	for package; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
			printf '%s ' "$package"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Run "$@" while no package may start a service or make a database cluster.
without_services() {
	policy=/usr/sbin/policy-rc.d
	cluster=/etc/postgresql-common/createcluster.d/busdk-install.conf
	made_policy= made_cluster=
	if [ ! -e $policy ]; then
		printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
		as_root chmod 755 $policy
		made_policy=1
	fi
	if [ ! -e $cluster ]; then
		as_root mkdir -p "${cluster%/*}"
		echo 'create_main_cluster = false' | as_root tee $cluster >/dev/null
		made_cluster=1
	fi
	status=0
	"$@" || status=$?
	[ -z "$made_policy" ] || as_root rm -f $policy
	[ -z "$made_cluster" ] || as_root rm -f $cluster
	return $status
}

install_packages() {
	wanted=$(missing_packages "$@")
	[ -n "$wanted" ] || return 0
	if ! command -v apt-get >/dev/null; then
		echo "This needs Debian's packages: $wanted" >&2
		return 69
	fi
	if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
		echo "Missing packages, and no right to install them: $wanted" >&2
		echo "As root: apt-get install $wanted" >&2
		return 69
	fi
	echo "installing: $wanted" >&2
	as_root apt-get update -qq
	# shellcheck disable=SC2086
	without_services as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends $wanted >&2
}

build_packages="gcc make autoconf automake pkg-config libfcgi-dev libjson-c-dev libpq-dev
	libcurl4-openssl-dev libssl-dev libmagic-dev libseccomp-dev zlib1g-dev"
run_packages="postgresql nginx golang-go bubblewrap git curl ca-certificates"

# The account that the stack drops to when root starts it.
make_account() {
	[ "$(id -u)" = 0 ] || return 0
	id _bus >/dev/null 2>&1 ||
		useradd --system --no-create-home --home-dir /nonexistent \
			--shell /usr/sbin/nologin _bus
}
