package dev.clasp.bridgemidi;

import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.protocol.Value;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A session in a process of its own, which can run in another network: an address, and options as
 * {@code key=value}. Prints what it hears; each line of its input is a message in hexadecimal to
 * send. Ends when its input does.
 */
public final class RtpMidiStation {

  private RtpMidiStation() {}

  private static synchronized void print(String line) {
    System.out.println(line);
    System.out.flush();
  }

  public static void main(String[] args) throws IOException {
    Map<String, Value> options = new LinkedHashMap<>();
    for (int i = 1; i < args.length; i++) {
      String[] parts = args[i].split("=", 2);
      options.put(parts[0], parts[1].equals("true") ? Value.TRUE : Value.of(parts[1]));
    }
    try (MidiPort port =
            MidiPorts.scheme(MidiPorts.schemesOfOurs(), args[0])
                .orElseThrow()
                .port(args[0], options, FakeContext.inRealTime());
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      port.open(
          new MidiPort.Listener() {
            @Override
            public void up(String how) {
              print("up " + how);
            }

            @Override
            public void down(String why) {
              print("down " + why);
            }

            @Override
            public void message(byte[] bytes, long nanos) {
              print("heard " + HexFormat.of().formatHex(bytes));
            }

            @Override
            public void lost(String why) {
              print("lost " + why);
            }

            @Override
            public void error(String what) {
              print("error " + what);
            }

            @Override
            public void bytes(long inCount, long outCount) {}
          });
      print("ready");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        port.send(HexFormat.of().parseHex(line), System.nanoTime());
      }
    }
  }
}
