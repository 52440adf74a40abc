package dev.clasp.bridgeartnet;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/**
 * An endpoint as a program of its own, because a network namespace is for whole processes: settings
 * as arguments ({@code universes=1}), lines such as {@code set /1/5 200} on standard input, and
 * {@code /1/5 200} on standard output.
 */
final class ArtNetRig {

  private ArtNetRig() {}

  public static void main(String[] arguments) throws IOException {
    Map<String, Value> settings = new LinkedHashMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      settings.put(argument.substring(0, equals), Value.of(argument.substring(equals + 1)));
    }
    RealContext context = new RealContext("rig");
    try (ArtNetEndpoint endpoint =
        new ArtNetEndpoint(
            ArtNetConfig.of(
                BridgeSettings.of(ArtNetConfig.SETTINGS, settings), TypeProfile.COMPATIBLE),
            context,
            new Random())) {
      Thread.ofPlatform().daemon().start(() -> print(context));
      endpoint.start();
      say("ready");
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals("details")) {
          say("details " + endpoint.details());
        } else {
          endpoint.send(parcel(line));
        }
      }
    }
  }

  /** {@code set /1/5 200 /1/6 100}: one bundle. */
  private static Parcel parcel(String line) {
    String[] words = line.split(" ");
    List<MappedSignal> signals = new ArrayList<>();
    for (int i = 1; i + 1 < words.length; i += 2) {
      signals.add(new MappedSignal(words[i], SignalType.PARAM, value(words[i + 1])));
    }
    return new Parcel(signals, true, OptionalLong.empty(), Optional.empty());
  }

  private static Value value(String word) {
    return word.equals("true")
        ? Value.TRUE
        : word.equals("false")
            ? Value.FALSE
            : word.matches("\\d+") ? Value.of(Long.parseLong(word)) : Value.of(word);
  }

  private static void print(RealContext context) {
    Map<String, String> before = new HashMap<>();
    try {
      while (true) {
        MappedSignal signal = context.signals.take();
        String text =
            switch (signal.value()) {
              case Value.Int(long number) -> "" + number;
              case Value.Text(String string) -> string;
              case Value.Bool(boolean on) -> "" + on;
              case Value.Array(var values) -> values.toString();
              default -> signal.value().toString();
            };
        // Only what is news, so that pages of zeros are short.
        if (!text.equals(before.put(signal.address(), text))) {
          say(signal.address() + " " + text);
        }
        for (String told = context.told.poll(); told != null; told = context.told.poll()) {
          say(told);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
