package dev.clasp.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LogbackServiceProvider;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.Reporter;

/**
 * Logback, named to SLF4J instead of being looked for: a search for services opens every jar, which
 * takes longer than the rest of a short command.
 */
public final class LoggingProvider extends LogbackServiceProvider {

  /** Lets SLF4J take this one; before anything asks for a logger. */
  static void choose() {
    System.setProperty(LoggerFactory.PROVIDER_PROPERTY_KEY, LoggingProvider.class.getName());
    // Else it says so on stderr.
    System.setProperty(Reporter.SLF4J_INTERNAL_VERBOSITY_KEY, "WARN");
  }

  @Override
  public void initialize() {
    LoggerContext context = (LoggerContext) getLoggerFactory();
    context.setName("default");
    context.setMDCAdapter(getMDCAdapter());
    new Logging().configure(context);
    context.start();
  }
}
