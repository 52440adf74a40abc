package dev.clasp.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code RUST_LOG} says, which scripts set for the reference's programs (operations.md 2.3):
 * {@code warn,clasp_router=debug}. What cannot be understood is left out, as there.
 *
 * @param level of everything, if it says so
 * @param parts levels by the beginning of a logger's name
 */
record RustLog(Optional<Clasp.LogLevel> level, Map<String, Clasp.LogLevel> parts) {

  /** Of the reference's modules, the ones that are called otherwise here. */
  private static final Map<String, List<String>> PARTS =
      Map.of(
          "clasp", List.of("dev.clasp"),
          "clasp_cli", List.of("dev.clasp"),
          "clasp_relay", List.of("dev.clasp"),
          "clasp_core", List.of("dev.clasp.protocol"),
          "clasp_router", List.of("dev.clasp.router", "dev.clasp.server"));

  static RustLog parse(String text) {
    Optional<Clasp.LogLevel> level = Optional.empty();
    Map<String, Clasp.LogLevel> parts = new LinkedHashMap<>();
    for (String directive : text.split(",", -1)) {
      int equals = directive.indexOf('=');
      Optional<Clasp.LogLevel> meant = level(directive.substring(equals + 1));
      if (equals < 0) {
        level = meant.isPresent() ? meant : level;
      } else {
        String part = directive.substring(0, equals).strip().replace('-', '_');
        meant.ifPresent(l -> loggers(part).forEach(logger -> parts.put(logger, l)));
      }
    }
    return new RustLog(level, parts);
  }

  private static List<String> loggers(String module) {
    int inner = module.indexOf("::");
    String crate = inner < 0 ? module : module.substring(0, inner);
    if (!crate.matches("clasp(_[a-z]+)*")) {
      return List.of();
    }
    return PARTS.getOrDefault(
        crate, List.of(crate.replaceFirst("clasp_", "dev.clasp.").replace("_", "")));
  }

  private static Optional<Clasp.LogLevel> level(String text) {
    String name = text.strip().toUpperCase(Locale.ROOT);
    return Arrays.stream(Clasp.LogLevel.values())
        .filter(level -> level.name().equals(name))
        .findFirst();
  }
}
