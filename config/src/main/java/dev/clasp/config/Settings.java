package dev.clasp.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What file and environment say together; the environment has the last word. Immutable.
 *
 * @param values by key; nothing for a key that nobody mentions
 * @param warnings what is odd and no error
 */
public record Settings(Map<String, Value> values, List<String> warnings) {

  /** Nobody said anything. */
  public static final Settings NONE = new Settings(Map.of(), List.of());

  /**
   * The value of one setting.
   *
   * @param texts one, or several for a list; {@code key=value} each for a map
   */
  public record Value(Setting setting, List<String> texts, Origin origin) {

    public Value {
      texts = List.copyOf(texts);
    }

    /** A switch that is on. */
    public boolean on() {
      return texts.equals(List.of("true"));
    }
  }

  public Settings {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    warnings = List.copyOf(warnings);
  }

  /**
   * Brings file and environment together.
   *
   * @param file if there is one
   * @param lenient keys that there are not are warnings, not errors
   * @throws ConfigException something in the file or the environment cannot be
   */
  public static Settings of(
      Catalogue catalogue,
      Optional<ConfigFile> file,
      Map<String, String> environment,
      boolean lenient) {
    Collector collector = new Collector(catalogue, environment, lenient);
    file.ifPresent(f -> collector.root(f.root().section()));
    collector.environment();
    return new Settings(collector.values, collector.warnings);
  }

  public Optional<Value> find(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /** Fills in what is found. */
  private static final class Collector {

    /** Ends the name of a variable that says in which file a secret is. */
    private static final String SECRET_FILE = "_FILE";

    private final Catalogue catalogue;
    private final Map<String, String> environment;
    private final boolean lenient;
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();

    Collector(Catalogue catalogue, Map<String, String> environment, boolean lenient) {
      this.catalogue = catalogue;
      this.environment = environment;
      this.lenient = lenient;
    }

    void root(Node.Section root) {
      for (Node.Entry entry : root.entries()) {
        if (entry.key().equals(Catalogue.BRIDGES)) {
          continue; // ConfigFile.items reads them.
        }
        if (!entry.key().equals(Catalogue.ROOT)) {
          unknown(entry, Catalogue.ROOT + "." + entry.key(), entry.key());
        } else if (entry.value() instanceof Node.Section section) {
          section("", section);
        } else if (!(entry.value() instanceof Node.Scalar(String text, _, _) && text.isEmpty())) {
          throw new ConfigException(entry.origin(), "'server' must have settings below it");
        }
      }
    }

    private void section(String prefix, Node.Section section) {
      for (Node.Entry entry : section.entries()) {
        String key = prefix + entry.key();
        Optional<Setting> setting = catalogue.find(key);
        if (setting.isPresent()) {
          if (!(entry.value() instanceof Node.Scalar(String text, _, _) && text.isEmpty())) {
            values.put(key, new Value(setting.get(), texts(setting.get(), entry), entry.origin()));
          }
        } else if (catalogue.section(key)) {
          switch (entry.value()) {
            case Node.Section inner -> section(key + ".", inner);
            case Node.Scalar(String text, _, _) when text.isEmpty() -> {}
            case Node.Scalar _, Node.Sequence _ ->
                throw new ConfigException(
                    entry.origin(), "'" + full(key) + "' must have settings below it");
          }
        } else {
          unknown(entry, full(key), key);
        }
      }
    }

    private List<String> texts(Setting setting, Node.Entry entry) {
      Node value = entry.value();
      return switch (setting.kind()) {
        case LIST ->
            switch (value) {
              case Node.Sequence(List<Node> all, _) ->
                  all.stream().map(one -> single(setting, one)).toList();
              case Node.Scalar _, Node.Section _ -> List.of(single(setting, value));
            };
        case MAP -> {
          if (!(value instanceof Node.Section(List<Node.Entry> entries, _))) {
            throw new ConfigException(
                value.origin(), "'" + full(setting.key()) + "' must have keys and values below it");
          }
          yield entries.stream()
              .map(one -> one.key() + "=" + single(setting, one.value()))
              .toList();
        }
        case SWITCH -> List.of(onOrOff(setting, value.origin(), single(setting, value)));
        case TEXT, WHOLE_NUMBER, DURATION -> List.of(single(setting, value));
      };
    }

    private String single(Setting setting, Node value) {
      return switch (value) {
        case Node.Scalar scalar -> Expansion.of(scalar, environment);
        case Node.Sequence _, Node.Section _ ->
            throw new ConfigException(
                value.origin(), "'" + full(setting.key()) + "' must be a single value");
      };
    }

    private static String onOrOff(Setting setting, Origin origin, String text) {
      return switch (text) {
        case "true", "false" -> text;
        default ->
            throw new ConfigException(
                origin, "'" + full(setting.key()) + "' must be true or false, not '" + text + "'");
      };
    }

    private void unknown(Node.Entry entry, String shown, String key) {
      Optional<String> advice = catalogue.advice(key);
      if (advice.isPresent()) {
        if (switchedOff(entry.value())) {
          return;
        }
        throw new ConfigException(entry.origin(), "'" + shown + "': " + advice.get());
      }
      String message =
          "there is no setting '"
              + shown
              + "'"
              + catalogue
                  .nearest(key)
                  .map(near -> "; did you mean '" + full(near) + "'?")
                  .orElse("");
      if (!lenient) {
        throw new ConfigException(entry.origin(), message);
      }
      warnings.add(entry.origin() + ": " + message);
    }

    /** {@code enabled: false} of something that we do not have is what we do anyway. */
    private static boolean switchedOff(Node value) {
      return switch (value) {
        case Node.Section(List<Node.Entry> entries, _) ->
            entries.stream()
                .anyMatch(e ->
                    e.key().equals("enabled")
                        && e.value() instanceof Node.Scalar(String text, _, _)
                        && text.equals("false"));
        case Node.Scalar(String text, _, _) -> text.equals("false") || text.isEmpty();
        case Node.Sequence(List<Node> all, _) -> all.isEmpty();
      };
    }

    private void environment() {
      for (Setting setting : catalogue.settings()) {
        variable(setting)
            .ifPresent(name -> {
              String value = environment.getOrDefault(name, "");
              if (!linkOfKubernetes(name, value)) {
                put(
                    setting,
                    name,
                    name.equals(setting.variable() + SECRET_FILE) ? secret(name, value) : value);
              }
            });
      }
      catalogue
          .absent()
          .forEach((key, advice) -> {
            String name = Setting.variableOf(key);
            String value = environment.getOrDefault(name, "");
            if (!value.isEmpty() && !value.equals("false")) {
              throw new ConfigException(new Origin.Variable(name), advice);
            }
          });
    }

    /** The variable that sets it, if one does. */
    private Optional<String> variable(Setting setting) {
      List<String> names = new ArrayList<>();
      names.add(setting.variable());
      names.addAll(setting.alsoVariables());
      if (setting.secret()) {
        names.add(setting.variable() + SECRET_FILE);
      }
      return names.stream()
          .filter(name -> !environment.getOrDefault(name, "").isEmpty())
          .findFirst();
    }

    private void put(Setting setting, String name, String value) {
      Origin origin = new Origin.Variable(name);
      List<String> texts =
          switch (setting.kind()) {
            case LIST, MAP -> split(value, setting.secret());
            case SWITCH -> List.of(onOrOff(setting, origin, value));
            case TEXT, WHOLE_NUMBER, DURATION -> List.of(value);
          };
      values.put(setting.key(), new Value(setting, texts, origin));
    }

    /** Commas separate; tokens have commas of their own, so that lines separate them. */
    private static List<String> split(String value, boolean lines) {
      return Arrays.stream(value.split(lines ? "\\R" : ",", -1))
          .map(String::strip)
          .filter(part -> !part.isEmpty())
          .toList();
    }

    private static String secret(String name, String path) {
      try {
        return Files.readString(Path.of(path)).strip();
      } catch (IOException | InvalidPathException e) {
        throw new ConfigException(name + ": the file " + path + " cannot be read");
      }
    }

    /**
     * Kubernetes tells a container of a service named {@code clasp} by {@code
     * CLASP_PORT=tcp://10.0.0.1:7330}, which nobody meant for us.
     */
    private boolean linkOfKubernetes(String name, String value) {
      if (name.equals("CLASP_PORT") && value.contains("://")) {
        warnings.add(
            "CLASP_PORT=" + value + " looks like a service link of Kubernetes and is ignored");
        return true;
      }
      return false;
    }
  }

  /** As it is in the file. */
  static String full(String key) {
    return Catalogue.ROOT + "." + key;
  }
}
