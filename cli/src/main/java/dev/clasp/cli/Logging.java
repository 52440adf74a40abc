package dev.clasp.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Sets logback up in code, which is much faster than by a file. Logback finds it as a service and
 * calls it when the first class asks for a logger; what the command line says reaches it as system
 * properties.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class Logging extends ContextAwareBase implements Configurator {

  static final String LEVEL = "clasp.log.level";
  static final String FORMAT = "clasp.log.format";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    Level level = Level.toLevel(System.getProperty(LEVEL), Level.WARN);
    LogLines lines = new LogLines("json".equals(System.getProperty(FORMAT)));
    lines.setContext(context);
    lines.start();
    ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
    stderr.setContext(context);
    stderr.setTarget("System.err");
    stderr.setEncoder(lines);
    stderr.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(level);
    root.addAppender(stderr);
    if (level.isGreaterOrEqual(Level.DEBUG)) {
      // Below, Netty tells more than anybody wants to know.
      Level netty = level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN;
      context.getLogger("io.netty").setLevel(netty);
    }
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
