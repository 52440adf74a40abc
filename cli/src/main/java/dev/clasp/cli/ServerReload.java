package dev.clasp.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
      next = read();
    } catch (CommandException e) {
      throw failed(e);
    }
    List<String> changed = new ArrayList<>();
    List<String> restart = new ArrayList<>();
    for (Change change : changes(next)) {
      Setting setting = change.to().setting();
      (setting.live() ? changed : restart).add("server." + setting.key());
    }
    // First, as it is what may still be refused.
    List<String> bridged = reconfigureBridges(next);
    // Also if nothing has changed: what an administrator has set meanwhile holds until now.
    next.command().applyTo(server);
    changed.addAll(bridged);
    current = next;
    counted.succeeded();
    trail.reloaded(true, changed.isEmpty() ? "nothing has changed" : String.join(", ", changed));
    return new Outcome(changed, restart);
  }

  private ServerSettings read() {
    try {
      ServerSettings next = ServerSettings.load(terminal, args);
      next.check();
      return next;
    } catch (ParameterException e) {
      throw new CommandException(ExitStatus.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  /** A setting of which something else is said now. */
  private record Change(ServerSettings.Effective from, ServerSettings.Effective to) {}

  private List<Change> changes(ServerSettings next) {
    Map<String, ServerSettings.Effective> before = new LinkedHashMap<>();
    current.effective().forEach(one -> before.put(one.setting().key(), one));
    List<Change> changes = new ArrayList<>();
    for (ServerSettings.Effective one : next.effective()) {
      ServerSettings.Effective old = before.get(one.setting().key());
      if (old != null && !old.value().equals(one.value())) {
        changes.add(new Change(old, one));
      }
    }
    return changes;
  }

  /**
   * What {@link #reload} would change, as JSON (docs/admin-api.md); secrets masked. A secret that
   * becomes another is not told: it looks the same.
   *
   * @throws CommandException file and environment cannot be used, in a sentence
   */
  synchronized String preview() {
    ServerSettings next = read();
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    next.file().ifPresent(file -> all.put("file", file.toString()));
    ArrayNode settings = all.putArray("changes");
    for (Change change : changes(next)) {
      settings
          .addObject()
          .put("key", "server." + change.to().setting().key())
          .put("from", change.from().value())
          .put("to", change.to().value())
          .put("origin", change.to().origin().toString())
          .put("live", change.to().setting().live());
    }
    ArrayNode others = all.putArray("bridges");
    try {
      bridges.differences(next.bridges()).forEach(others::add);
    } catch (BridgeException e) {
      throw new CommandException(
          ExitStatus.CONFIG, Printable.escape(String.valueOf(e.getMessage())), e);
    }
    ArrayNode warnings = all.putArray("warnings");
    next.warnings().forEach(warnings::add);
    return all.toString();
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
