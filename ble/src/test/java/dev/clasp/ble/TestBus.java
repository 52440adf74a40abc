package dev.clasp.ble;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A D-Bus for tests alone: the program {@code dbus-daemon} with a socket in a folder of its own.
 */
final class TestBus implements AutoCloseable {

  private final Path folder;
  private final Process daemon;
  private final String address;

  TestBus() {
    try {
      folder = Files.createTempDirectory("clasp-bus");
      Path config = folder.resolve("bus.conf");
      Files.writeString(
          config,
          """
          <busconfig>
            <type>session</type>
            <listen>unix:path=%s</listen>
            <auth>EXTERNAL</auth>
            <policy context="default">
              <allow send_destination="*" eavesdrop="true"/>
              <allow eavesdrop="true"/>
              <allow own="*"/>
            </policy>
          </busconfig>
          """
              .formatted(folder.resolve("socket")));
      try {
        daemon =
            new ProcessBuilder(
                    "dbus-daemon", "--config-file=" + config, "--nofork", "--print-address=1")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
      } catch (IOException e) {
        throw new IllegalStateException(
            "this test needs the program dbus-daemon: install the package dbus, or run ./verify",
            e);
      }
      // It prints this when it is ready.
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(daemon.getInputStream(), StandardCharsets.UTF_8))) {
        String line = out.readLine();
        if (line == null) {
          throw new IllegalStateException("dbus-daemon did not start");
        }
        address = line.replaceFirst(",guid=.*", "");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String address() {
    return address;
  }

  @Override
  public void close() {
    daemon.destroy();
    try {
      daemon.waitFor();
      Files.deleteIfExists(folder.resolve("socket"));
      Files.deleteIfExists(folder.resolve("bus.conf"));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
