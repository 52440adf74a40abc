package dev.clasp.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The completion script for fish, from the model of the commands. */
final class FishCompletion {

  private FishCompletion() {}

  static String script(CommandLine root) {
    String program = root.getCommandName();
    StringBuilder out = new StringBuilder("# Completion of " + program + " for fish.\n");
    out.append("complete -c ").append(program).append(" -f\n");
    Set<CommandLine> commands = new LinkedHashSet<>(root.getSubcommands().values());
    for (CommandLine command : commands) {
      CommandSpec spec = command.getCommandSpec();
      line(
          out,
          program,
          "__fish_use_subcommand",
          " -a " + command.getCommandName() + description(spec.usageMessage().description()));
      String condition = "__fish_seen_subcommand_from " + String.join(" ", spec.names());
      arguments(out, program, condition, spec);
      nested(out, program, condition, command);
    }
    for (OptionSpec option : root.getCommandSpec().options()) {
      line(out, program, "__fish_use_subcommand", option(option));
    }
    return out.toString();
  }

  private static void arguments(
      StringBuilder out, String program, String condition, CommandSpec spec) {
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        line(out, program, condition, option(option));
      }
    }
    for (PositionalParamSpec positional : spec.positionalParameters()) {
      List<String> candidates = candidates(positional.completionCandidates());
      if (!candidates.isEmpty()) {
        line(out, program, condition, " -a " + quote(String.join(" ", candidates)));
      }
    }
  }

  /** The commands of a group: offered behind its name until one of them is there. */
  private static void nested(
      StringBuilder out, String program, String condition, CommandLine group) {
    Set<CommandLine> commands = new LinkedHashSet<>(group.getSubcommands().values());
    String all = String.join(" ", group.getSubcommands().keySet());
    for (CommandLine command : commands) {
      CommandSpec spec = command.getCommandSpec();
      line(
          out,
          program,
          condition + "; and not __fish_seen_subcommand_from " + all,
          " -a " + command.getCommandName() + description(spec.usageMessage().description()));
      // Those of the group have its condition already.
      Set<String> shared = new LinkedHashSet<>(group.getCommandSpec().optionsMap().keySet());
      for (OptionSpec option : spec.options()) {
        if (!option.hidden() && !shared.contains(option.longestName())) {
          line(
              out,
              program,
              condition + "; and __fish_seen_subcommand_from " + String.join(" ", spec.names()),
              option(option));
        }
      }
    }
  }

  private static void line(StringBuilder out, String program, String condition, String what) {
    out.append("complete -c ")
        .append(program)
        .append(" -n ")
        .append(quote(condition))
        .append(what)
        .append('\n');
  }

  private static String option(OptionSpec option) {
    StringBuilder out = new StringBuilder();
    for (String name : option.names()) {
      out.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    }
    if (option.arity().max() > 0) {
      out.append(" -x");
      List<String> candidates = candidates(option.completionCandidates());
      if (!candidates.isEmpty()) {
        out.append(" -a ").append(quote(String.join(" ", candidates)));
      }
    }
    return out + description(option.description());
  }

  private static List<String> candidates(@org.jspecify.annotations.Nullable Iterable<String> all) {
    List<String> candidates = new ArrayList<>();
    if (all != null) {
      all.forEach(candidates::add);
    }
    return candidates;
  }

  private static String description(String[] lines) {
    return lines.length == 0 ? "" : " -d " + quote(lines[0]);
  }

  /** In single quotes fish knows two escapes: of the backslash and of the quote itself. */
  private static String quote(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
