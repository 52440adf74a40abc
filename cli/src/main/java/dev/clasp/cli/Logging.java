package dev.clasp.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Sets logback up in code, which is much faster than by a file. Logback finds it as a service and
 * calls it when the first class asks for a logger; what the command line says reaches it as system
 * properties.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class Logging extends ContextAwareBase implements Configurator {

  static final String LEVEL = "clasp.log.level";
  static final String FORMAT = "clasp.log.format";
  static final String FILE = "clasp.log.file";

  private static final int FILES = 10;
  private static final long FILE_BYTES = 10L << 20;

  private static boolean told;

  /** Set once logback runs. */
  private static volatile @Nullable Logging started;

  private @Nullable LogThrottle out;

  /**
   * Sets it up again by what the system properties say now, if a class has asked for a logger
   * before they were there: options are read by code that may do so. Does so once, so that a
   * process that runs several commands keeps to what the first of them wants.
   */
  static synchronized void told() {
    Logging early = started;
    if (!told && early != null) {
      LoggerContext context = (LoggerContext) early.getContext();
      if (early.out != null) {
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).detachAppender(early.out);
        early.out.stop();
      }
      early.configure(context);
    }
    told = true;
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    setContext(context);
    LogLines lines = new LogLines("json".equals(System.getProperty(FORMAT)));
    lines.setContext(context);
    lines.start();
    String file = System.getProperty(FILE);
    OutputStreamAppender<ILoggingEvent> target = file == null ? stderr() : file(context, file);
    target.setContext(context);
    target.setEncoder(lines);
    target.start();
    LogThrottle throttle = new LogThrottle(target);
    throttle.setContext(context);
    throttle.start();
    this.out = throttle;
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(throttle);
    setLevel(context, Level.toLevel(System.getProperty(LEVEL), Level.WARN));
    started = this;
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Changes the level while the program runs. Any thread. */
  static void setLevel(Clasp.LogLevel level) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      setLevel(context, Level.toLevel(level.toString(), Level.INFO));
    }
  }

  /** The level that holds, as a word. Any thread. */
  static String level() {
    return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
        ? context
            .getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
            .getEffectiveLevel()
            .levelStr
            .toLowerCase(Locale.ROOT)
        : "info";
  }

  /**
   * The same by a word.
   *
   * @throws IllegalArgumentException there is no such level
   */
  static void setLevel(String level) {
    setLevel(Clasp.LogLevel.valueOf(level.toUpperCase(Locale.ROOT)));
  }

  /** The level of the loggers whose name begins so, whatever that of the others is. */
  static void setLevel(String logger, Clasp.LogLevel level) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger(logger).setLevel(Level.toLevel(level.toString(), Level.INFO));
    }
  }

  private static void setLevel(LoggerContext context, Level level) {
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(level);
    // Below, Netty tells more than anybody wants to know.
    @Nullable Level netty =
        !level.isGreaterOrEqual(Level.DEBUG) || level.isGreaterOrEqual(Level.WARN)
            ? null
            : Level.WARN;
    context.getLogger("io.netty").setLevel(netty);
  }

  private static OutputStreamAppender<ILoggingEvent> stderr() {
    ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
    stderr.setTarget("System.err");
    return stderr;
  }

  private static OutputStreamAppender<ILoggingEvent> file(LoggerContext context, String path) {
    RollingFileAppender<ILoggingEvent> file = new RollingFileAppender<>();
    file.setFile(path);
    file.setContext(context);
    FixedWindowRollingPolicy names = new FixedWindowRollingPolicy();
    names.setContext(context);
    names.setParent(file);
    names.setFileNamePattern(path.replace("%", "%%") + ".%i");
    names.setMinIndex(1);
    names.setMaxIndex(FILES - 1);
    names.start();
    SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
    size.setContext(context);
    size.setMaxFileSize(new FileSize(FILE_BYTES));
    size.start();
    file.setRollingPolicy(names);
    file.setTriggeringPolicy(size);
    return file;
  }
}
