package dev.clasp.cli;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridgeserver.Bridges;
import dev.clasp.config.Setting;
import dev.clasp.server.AuditTrail;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ConfigReloads;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ParameterException;

/**
 * Reads the settings of a running router again: all of what can change without a restart is
 * changed, or nothing if anything is wrong. Thread-safe.
 */
final class ServerReload {

  private static final Logger LOG = LoggerFactory.getLogger(ServerReload.class);

  private final Terminal terminal;
  private final List<String> args;
  private final ClaspServer server;
  private final Bridges bridges;
  private final ConfigReloads counted;
  private final AuditTrail trail;

  /** Guarded by this. */
  private ServerSettings current;

  /**
   * What came of it.
   *
   * @param changed keys that hold from now on
   * @param restart keys that have changed and hold after a restart
   */
  record Outcome(List<String> changed, List<String> restart) {}

  /**
   * @param args the command line, which stays as it was
   * @param current what the server was started with
   * @param counted told how it goes
   * @param trail told too
   */
  ServerReload(
      Terminal terminal,
      List<String> args,
      ServerSettings current,
      ClaspServer server,
      Bridges bridges,
      ConfigReloads counted,
      AuditTrail trail) {
    this.terminal = terminal;
    this.args = args;
    this.current = current;
    this.server = server;
    this.bridges = bridges;
    this.counted = counted;
    this.trail = trail;
  }

  /** What holds now. */
  synchronized ServerSettings current() {
    return current;
  }

  /** As {@link #reload}, with the outcome in the log only. */
  void reloadAndTell() {
    try {
      tell(reload());
    } catch (CommandException e) {
      LOG.error("the settings stay as they were: {}", e.getMessage());
    }
  }

  /** As {@link #reload}, with the outcome in the log and as a sentence. */
  String reloadAndSay() {
    Outcome outcome = reload();
    tell(outcome);
    return (outcome.changed().isEmpty()
            ? "nothing has changed that can without a restart"
            : "changed: " + String.join(", ", outcome.changed()))
        + (outcome.restart().isEmpty()
            ? ""
            : "; after a restart: " + String.join(", ", outcome.restart()));
  }

  private static void tell(Outcome outcome) {
    if (!outcome.changed().isEmpty()) {
      LOG.info("the settings were read again; changed: {}", String.join(", ", outcome.changed()));
    } else if (outcome.restart().isEmpty()) {
      LOG.info("the settings were read again; nothing has changed");
    }
    if (!outcome.restart().isEmpty()) {
      LOG.warn(
          "changed, but only a restart makes them hold: {}", String.join(", ", outcome.restart()));
    }
  }

  /**
   * Reads file and environment again.
   *
   * @throws CommandException they cannot be used, in a sentence; everything stays as it was
   */
  synchronized Outcome reload() {
    ServerSettings next;
    try {
      next = ServerSettings.load(terminal, args);
      next.check();
    } catch (CommandException e) {
      throw failed(e);
    } catch (ParameterException e) {
      throw failed(new CommandException(ExitStatus.USAGE, String.valueOf(e.getMessage()), e));
    }
    Map<String, String> before = new LinkedHashMap<>();
    current.effective().forEach(one -> before.put(one.setting().key(), one.value()));
    List<String> changed = new ArrayList<>();
    List<String> restart = new ArrayList<>();
    for (ServerSettings.Effective one : next.effective()) {
      Setting setting = one.setting();
      if (!one.value().equals(before.get(setting.key()))) {
        (setting.live() ? changed : restart).add("server." + setting.key());
      }
    }
    // First, as it is what may still be refused.
    List<String> bridged = reconfigureBridges(next);
    if (!changed.isEmpty()) {
      next.command().applyTo(server);
    }
    changed.addAll(bridged);
    current = next;
    counted.succeeded();
    trail.reloaded(true, changed.isEmpty() ? "nothing has changed" : String.join(", ", changed));
    return new Outcome(changed, restart);
  }

  private CommandException failed(CommandException why) {
    counted.failed();
    // It quotes what was wrong, and goes to audit log and traces: those are not cleaned as lines of
    // the log are.
    trail.reloaded(false, LogSecrets.hide(String.valueOf(why.getMessage())));
    return why;
  }

  private List<String> reconfigureBridges(ServerSettings next) {
    try {
      return bridges.reconfigure(next.bridges());
    } catch (BridgeException e) {
      throw failed(
          new CommandException(
              ExitStatus.CONFIG, Printable.escape(String.valueOf(e.getMessage())), e));
    }
  }
}
