package dev.clasp.bridgeartnet;

import dev.clasp.bridgeartnet.ArtNetPacket.ArtPollReply;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table of nodes as parameters: {@code /$nodes/10.0.0.5/1/name}. */
final class NodeSignals {

  private static final List<String> STYLES =
      List.of("node", "controller", "media", "route", "backup", "config", "visual");

  private NodeSignals() {}

  static List<MappedSignal> of(ArtNetController.Entry entry, boolean there) {
    String root =
        "/$nodes/" + entry.key.address().getHostAddress() + "/" + entry.key.bindIndex() + "/";
    List<MappedSignal> signals = new ArrayList<>();
    signals.add(new MappedSignal(root + "online", SignalType.PARAM, Value.of(there)));
    if (there) {
      values(entry.reply)
          .forEach(
              (name, value) -> signals.add(new MappedSignal(root + name, SignalType.PARAM, value)));
    }
    return signals;
  }

  private static Map<String, Value> values(ArtPollReply reply) {
    Map<String, Value> values = new LinkedHashMap<>();
    values.put("name", Value.of(reply.portName()));
    values.put("long_name", Value.of(reply.longName()));
    values.put("outputs", numbers(ArtNetController.outputs(reply)));
    values.put("inputs", numbers(ArtNetController.inputs(reply)));
    values.put(
        "style",
        reply.style() < STYLES.size()
            ? Value.of(STYLES.get(reply.style()))
            : Value.of(reply.style()));
    values.put("rdm", Value.of(reply.rdm()));
    values.put("oem", Value.of(reply.oem()));
    values.put("esta", Value.of(reply.esta()));
    values.put("version", Value.of(reply.version()));
    return values;
  }

  private static Value numbers(Collection<Integer> numbers) {
    return Value.of(numbers.stream().map(each -> Value.of((long) each)).toList());
  }

  static Value describe(ArtNetController.Entry entry) {
    Map<String, Value> all = new LinkedHashMap<>();
    all.put("address", Value.of(entry.key.address().getHostAddress()));
    all.put("bind_index", Value.of(entry.key.bindIndex()));
    all.putAll(values(entry.reply));
    all.put("report", Value.of(entry.reply.report()));
    return Value.of(all);
  }

  /** For messages. */
  static String name(ArtNetController.Entry entry) {
    return entry.reply.portName() + " (" + entry.key.address().getHostAddress() + ")";
  }
}
