package dev.clasp.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;

/** CPU time and memory of a process of this machine. Memory is known on Linux only. */
record ProcessProbe(long pid) {

  static ProcessProbe self() {
    return new ProcessProbe(ProcessHandle.current().pid());
  }

  /** CPU time since its start, of all its threads; zero if the process cannot be seen. */
  Duration cpu() {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .orElse(Duration.ZERO);
  }

  /** Resident memory now, in bytes. */
  OptionalLong resident() {
    return status("VmRSS:");
  }

  /** Most resident memory since its start, in bytes. */
  OptionalLong peakResident() {
    return status("VmHWM:");
  }

  /** A line of {@code /proc/PID/status}, such as {@code VmRSS: 1234 kB} (proc(5)). */
  private OptionalLong status(String key) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst();
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
