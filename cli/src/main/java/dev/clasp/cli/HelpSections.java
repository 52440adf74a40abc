package dev.clasp.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Lays out the help: a command's own options first, then those that it shares with others. */
final class HelpSections {

  /** Lowest {@code order} of the options of {@link NetworkOptions}. */
  static final int NETWORK = 5;

  /** Lowest {@code order} of the options of {@link OperationsOptions}. */
  static final int OPERATIONS = 69;

  /** Lowest {@code order} of the options of {@link ConfigOptions}. */
  static final int CONFIGURATION = 70;

  /** Lowest {@code order} of the options of {@link DiscoveryOptions}. */
  static final int DISCOVERY = 35;

  /** Lowest {@code order} of the options of {@link BridgesOptions} and of other protocols. */
  static final int PROTOCOLS = 38;

  /** Lowest {@code order} of the options of {@link AuthOptions}. */
  static final int ACCESS = 40;

  /** Lowest {@code order} of the options of {@link RouterOptions}. */
  static final int ROUTER = 55;

  /** Lowest {@code order} of the options of {@link ConnectionOptions}. */
  static final int CONNECTION = 75;

  /** Lowest {@code order} of the options of {@link Clasp}. */
  static final int GENERAL = 100;

  private HelpSections() {}

  static void layOut(CommandLine line) {
    UsageMessageSpec usage = line.getCommandSpec().usageMessage();
    usage.abbreviateSynopsis(true);
    usage.sortOptions(false);
    usage.parameterListHeading("%nArguments:%n");
    usage.commandListHeading("%nCommands:%n");
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, HelpSections::options);
    if (line.getCommand() instanceof Glossary glossary) {
      List<String> keys = new ArrayList<>(line.getHelpSectionKeys());
      keys.add("glossary");
      line.setHelpSectionKeys(keys);
      line.getHelpSectionMap().put("glossary", help -> words(help, glossary));
    }
  }

  private static String words(Help help, Glossary glossary) {
    int width = help.commandSpec().usageMessage().width();
    int first = 2;
    for (String word : glossary.words().keySet()) {
      first = Math.max(first, word.length() + 2 + 2);
    }
    Help.TextTable table =
        Help.TextTable.forColumns(
            help.colorScheme(),
            new Help.Column(first, 2, Help.Column.Overflow.SPAN),
            new Help.Column(width - first, 0, Help.Column.Overflow.WRAP));
    glossary.words().forEach(table::addRowValues);
    return System.lineSeparator() + glossary.heading() + System.lineSeparator() + table;
  }

  private static String options(Help help) {
    return section(help, "Options", order -> order < NETWORK)
        + section(help, "Network", order -> order >= NETWORK && order < PROTOCOLS)
        + section(help, "Other protocols", order -> order >= PROTOCOLS && order < ACCESS)
        + section(help, "Who may come in", order -> order >= ACCESS && order < ROUTER)
        + section(help, "What happens to signals", order -> order >= ROUTER && order < CONNECTION)
        + section(help, "Connection", order -> order >= CONNECTION && order < GENERAL)
        + section(help, "General", order -> order >= GENERAL);
  }

  private static String section(Help help, String heading, IntPredicate orders) {
    List<OptionSpec> options = new ArrayList<>();
    for (OptionSpec option : help.commandSpec().options()) {
      if (!option.hidden() && orders.test(option.order())) {
        options.add(option);
      }
    }
    if (options.isEmpty()) {
      return "";
    }
    Help.Layout layout = help.createDefaultLayout(options, List.of(), help.colorScheme());
    layout.addOptions(options, help.parameterLabelRenderer());
    return System.lineSeparator() + heading + ":" + System.lineSeparator() + layout;
  }
}
