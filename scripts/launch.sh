# shellcheck shell=sh
# Starting the program. Sourced by scripts/build.sh, and by bin/clasp in a package.

# Netty loads native code, and some libraries still use Unsafe. Netty's events for Flight Recorder cost a short command a
# quarter of its time, recorded or not; CLASP_JAVA_OPTS=-Dio.netty.jfr.enabled=true brings them back.
JVM_ACCESS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Dio.netty.jfr.enabled=false"

# launch JAVA CLASSPATH CACHE ARGUMENT...: becomes the program. CACHE is a file of classes that may be missing;
# native_libraries, if set, is a folder with those of Netty, which otherwise unpacks them each time.
launch() {
  java=$1
  class_path=$2
  cache=$3
  shift 3

  # The JVM's flags depend on the command. Words before it are options, or the value of one: --log-level info server.
  command=
  previous=
  for word; do
    case $word in
      server | router | relay | bench | benchmark | soak)
        command=$word
        break
        ;;
      -*) ;;
      *)
        case $previous in
          -*) ;;
          *)
            command=$word
            break
            ;;
        esac
        ;;
    esac
    previous=$word
  done

  case $command in
    # Live long: full compiler, concurrent collector.
    server | router | relay)
      case ${CLASP_HEAP:-1g} in
        *%) flags="-XX:+UseG1GC -XX:MaxRAMPercentage=${CLASP_HEAP%\%}" ;;
        *) flags="-XX:+UseG1GC -Xms64m -Xmx${CLASP_HEAP:-1g}" ;;
      esac
      ;;
    # Measure: full compiler, room for their histograms.
    bench | benchmark | soak) flags="-XX:+UseG1GC -Xms256m -Xmx1g" ;;
    # Live for a moment: start fast, stay small. Compile later, because most methods are never called often; and reflect
    # without making classes for it, which pays only after many calls.
    *) flags="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=10 -Djdk.reflect.useNativeAccessorOnly=true" ;;
  esac

  # Nobody can reach these, so they need no random addresses: the cache of classes stays where it was made for, and the
  # pointers in it need not be changed. Nor does anybody watch them with jstat.
  case $command in
    '' | set | pub | get | emit | watch | sub | ping | info | healthcheck | token | config | completion)
      flags="$flags -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 -XX:-UsePerfData"
      ;;
  esac

  # Java cannot tell by itself which of its streams are terminals, and how wide.
  terminals=
  columns=
  rows=
  if [ -t 2 ]; then
    terminals=stderr
  fi
  if [ -t 1 ]; then
    terminals=stdout,$terminals
    size=$(stty size 2>/dev/null </dev/tty) && columns=${size#* } && rows=${size% *}
  fi

  [ -f "$cache" ] || cache=

  # -Xlog: the JVM's own warnings, such as one about its cache, do not belong into results on stdout.
  # shellcheck disable=SC2086 # the flags are separate words
  exec "$java" $JVM_ACCESS -Xlog:disable -Xlog:all=error:stderr ${cache:+"-XX:AOTCache=$cache"} $flags \
    ${native_libraries:+"-Djava.library.path=$native_libraries"} \
    -Dclasp.terminals="$terminals" -Dclasp.columns="${columns:-80}" -Dclasp.rows="${rows:-24}" ${CLASP_JAVA_OPTS-} \
    -cp "$class_path" dev.clasp.cli.Main "$@"
}
