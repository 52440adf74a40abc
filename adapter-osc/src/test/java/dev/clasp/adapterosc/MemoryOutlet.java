package dev.clasp.adapterosc;

import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import dev.clasp.osc.OscValues;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a program got. */
final class MemoryOutlet implements Outlet {

  private final ManualLoop loop;
  private InetSocketAddress target =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
  private final List<byte[]> packets = new ArrayList<>();
  boolean writable = true;
  boolean reading = true;
  boolean closed;

  MemoryOutlet(ManualLoop loop) {
    this.loop = loop;
  }

  /** Messages since the last time, as {@code /address,tags values}. */
  List<String> messages() {
    List<String> all = new ArrayList<>();
    packets.forEach(packet -> add(decode(packet), all));
    packets.clear();
    return all;
  }

  /** Lengths of the packets since the last time. */
  List<Integer> lengths() {
    List<Integer> all = packets.stream().map(packet -> packet.length).toList();
    packets.clear();
    return all;
  }

  private static OscPacket decode(byte[] packet) {
    try {
      return OscCodec.decode(packet);
    } catch (OscException e) {
      throw new AssertionError(e);
    }
  }

  private static void add(OscPacket packet, List<String> all) {
    switch (packet) {
      case OscMessage message -> all.add(text(message));
      case OscBundle bundle -> bundle.elements().forEach(element -> add(element, all));
    }
  }

  static String text(OscMessage message) {
    StringBuilder text = new StringBuilder(message.address()).append(" ,");
    for (OscArgument argument : message.arguments()) {
      text.append(tag(argument));
    }
    for (OscArgument argument : message.arguments()) {
      text.append(' ').append(NativeClient.text(OscValues.value(argument)));
    }
    return text.toString();
  }

  private static char tag(OscArgument argument) {
    return switch (argument) {
      case OscArgument.Int32 _ -> 'i';
      case OscArgument.Int64 _ -> 'h';
      case OscArgument.Float32 _ -> 'f';
      case OscArgument.Float64 _ -> 'd';
      case OscArgument.Text _ -> 's';
      case OscArgument.Bool(boolean b) -> b ? 'T' : 'F';
      case OscArgument.Nil _ -> 'N';
      default -> '?';
    };
  }

  @Override
  public String transport() {
    return "osc-udp";
  }

  @Override
  public InetSocketAddress target() {
    return target;
  }

  @Override
  public boolean retarget(int port) {
    target = new InetSocketAddress(target.getAddress(), port);
    return true;
  }

  @Override
  public boolean send(byte[] packet, int length) {
    packets.add(Arrays.copyOf(packet, length));
    return true;
  }

  @Override
  public void flush() {}

  @Override
  public boolean writable() {
    return writable;
  }

  @Override
  public void reading(boolean enabled) {
    reading = enabled;
  }

  @Override
  public void later(Runnable task, long nanos) {
    var _ = loop.schedule(task, nanos);
  }

  @Override
  public void close() {
    closed = true;
  }
}
