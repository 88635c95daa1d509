# {{ comune }}: types a command of this installation, as its account and with its secrets. For root:
#   {{ name }} dispatch 1 --dry-run{{ whose }}
set -eu
umask 077
# Prefect looks for settings in the folder where it is started: not in one that others may write.
cd {{ project }}
export {{ found_by }} HOME={{ state }}
for file in {{ folder }}/credentials/BOLLETTINO_*; do
    name=${file##*/}
    case $name in
        *.cred)
            name=${name%.cred}
            # one that was laid beside it since is newer
            [ ! -e "${file%.cred}" ] || continue
            value=$(systemd-creds decrypt --name="$name" "$file" -)
            ;;
        *) value=$(cat "$file") ;;
    esac
    export "$name=$value"
done
exec setpriv --reuid={{ user }} --regid={{ user }} --init-groups --no-new-privs -- \
    {{ python }} -m flows "$@"
