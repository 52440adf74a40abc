package dev.clasp.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Words of the reference's {@code clasp} and of its documentation (operations.md 3.1, 3.2 and 3.4)
 * for which ours has others. They are put into ours before the command line is read, so that no
 * help and no completion is longer for them.
 */
final class DocumentedOptions {

  /** Of {@code clasp server}: one word for another. */
  private static final Map<String, String> SAME =
      Map.of(
          "--require-auth", "--auth=authenticated",
          "--token-public-key", "--jwt-key",
          "--pairing", "--pair",
          "--tls", "--tls-only",
          "--metrics", "--metrics-port");

  /** Of {@code clasp server}: a switch, the option that has its value, and ours for both. */
  private record Pair(String on, String value, String ours) {}

  private static final List<Pair> PAIRS =
      List.of(
          new Pair("--quic", "--quic-port", "--quic"),
          new Pair("--udp", "--udp-port", "--udp"),
          new Pair("--metrics", "--metrics-port", "--metrics-port"),
          new Pair("--persist", "--persist-path", "--persist"));

  /** What is not here, and what to do instead. */
  private static final Map<String, String> ABSENT =
      Map.of(
          "--token-secret",
          "everybody on this machine could read the secret: put it into a file, and name that with"
              + " --jwt-key",
          "--pairing-timeout",
          "a code of --pair is always good for five minutes",
          "--sse",
          "events are always served, see docs/http-api.md; to read those of others: --stream",
          "--api-key",
          "who may use what is served is a matter of tokens, see docs/http.md; to show a key to"
              + " others: --header",
          "--basic-auth",
          "who may use what is served is a matter of tokens, see docs/http.md; to show a password to"
              + " others: --url-user");

  private static final Set<String> ABSENT_COMMANDS =
      Set.of("key", "identity", "entity", "journal", "crypto", "lens", "paired");

  private DocumentedOptions() {}

  /** The same in our words. What follows {@code --} is nobody's option. */
  static String[] understood(String... args) {
    List<String> words = new ArrayList<>(List.of(args));
    int end = words.indexOf("--");
    List<String> options = new ArrayList<>(end < 0 ? words : words.subList(0, end));
    List<String> rest = end < 0 ? List.of() : words.subList(end, words.size());
    options.replaceAll(word -> word.equals("--json-logs") ? "--log-format=json" : word);
    configBehindServer(options);
    if (!options.isEmpty() && options.getFirst().equals("server")) {
      PAIRS.forEach(pair -> join(options, pair));
      quicAsProtocol(options);
      options.replaceAll(DocumentedOptions::ours);
    }
    options.addAll(rest);
    return options.toArray(String[]::new);
  }

  /** Why there is no such option or command, if the reference has it. */
  static Optional<String> advice(String word) {
    String name = name(word);
    if (ABSENT_COMMANDS.contains(name)) {
      return Optional.of(
          "there is no command "
              + name
              + ": docs/compatibility.md says what there is instead of what the reference has");
    }
    return Optional.ofNullable(ABSENT.get(name)).map(why -> "there is no " + name + ": " + why);
  }

  private static String ours(String word) {
    String name = name(word);
    String other = SAME.get(name);
    return other == null ? word : other + word.substring(name.length());
  }

  /** {@code --config FILE} may stand before the command. */
  private static void configBehindServer(List<String> words) {
    if (words.size() > 2
        && Set.of("-c", "--config").contains(words.getFirst())
        && words.get(2).equals("server")) {
      words.add(0, words.remove(2));
    } else if (words.size() > 1
        && words.getFirst().startsWith("--config=")
        && words.get(1).equals("server")) {
      words.add(0, words.remove(1));
    }
  }

  /** {@code --quic --quic-port 7331} is {@code --quic=7331}. */
  private static void join(List<String> words, Pair pair) {
    boolean valued = words.stream().anyMatch(word -> name(word).equals(pair.value));
    if (!valued) {
      return;
    }
    words.removeIf(word -> word.equals(pair.on) && !pair.on.equals(pair.value));
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.startsWith(pair.value + "=")) {
        words.set(i, pair.ours + word.substring(pair.value.length()));
      } else if (word.equals(pair.value)) {
        // The values of these are optional behind a blank, and never behind a sign.
        String value = i + 1 < words.size() ? words.get(i + 1) : "";
        boolean given = !value.isEmpty() && !value.startsWith("-");
        words.set(i, given ? pair.ours + "=" + value : pair.ours);
        if (given) {
          words.remove(i + 1);
        }
      }
    }
  }

  /** QUIC is beside the main port, with the same number if one is given: the one is UDP. */
  private static void quicAsProtocol(List<String> words) {
    boolean wanted = words.removeIf(word -> word.equalsIgnoreCase("--protocol=quic"));
    for (int i = words.size() - 2; i >= 0; i--) {
      if (Set.of("--protocol", "-p").contains(words.get(i))
          && words.get(i + 1).equalsIgnoreCase("quic")) {
        words.subList(i, i + 2).clear();
        wanted = true;
      }
    }
    if (wanted && words.stream().noneMatch(word -> name(word).equals("--quic"))) {
      String port = port(words);
      words.add(port == null ? "--quic" : "--quic=" + port);
    }
  }

  private static @Nullable String port(List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (Set.of("--port", "-P").contains(word) && i + 1 < words.size()) {
        return words.get(i + 1);
      }
      if (word.startsWith("--port=")) {
        return word.substring("--port=".length());
      }
    }
    return null;
  }

  private static String name(String word) {
    int equals = word.indexOf('=');
    return equals < 0 ? word : word.substring(0, equals);
  }
}
