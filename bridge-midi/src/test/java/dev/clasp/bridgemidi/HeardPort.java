package dev.clasp.bridgemidi;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a port told. */
final class HeardPort implements MidiPort.Listener {
  final List<String> messages = new CopyOnWriteArrayList<>();
  final List<String> states = new CopyOnWriteArrayList<>();
  final List<String> troubles = new CopyOnWriteArrayList<>();

  @Override
  public void up(String how) {
    states.add("up " + how);
  }

  @Override
  public void down(String why) {
    states.add("down " + why);
  }

  @Override
  public void message(byte[] bytes, long nanos) {
    messages.add(HexFormat.of().formatHex(bytes));
  }

  @Override
  public void lost(String why) {
    troubles.add("lost " + why);
  }

  @Override
  public void error(String what) {
    troubles.add("error " + what);
  }

  @Override
  public void bytes(long in, long out) {}

  String state() {
    return states.isEmpty() ? "" : states.getLast();
  }
}
