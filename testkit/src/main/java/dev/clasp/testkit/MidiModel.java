package dev.clasp.testkit;

import java.util.Map;
import java.util.TreeMap;

/** What an instrument would remember of all that it was sent; written without a look at ours. */
public final class MidiModel {

  private final Map<String, Integer> state = new TreeMap<>();

  public void play(byte[] m) {
    int status = m[0] & 0xFF;
    int channel = status & 0x0F;
    switch (status >> 4) {
      case 0x8 -> state.remove(channel + " note " + m[1]);
      case 0x9 -> {
        state.remove(channel + " note " + m[1]);
        if (m[2] > 0) {
          state.put(channel + " note " + m[1], (int) m[2]);
        }
      }
      case 0xA -> state.put(channel + " key " + m[1], (int) m[2]);
      case 0xB -> control(channel, m[1], m[2]);
      case 0xC -> {
        state.put(channel + " program", (int) m[1]);
        state.put(channel + " program bank", bank(channel));
      }
      case 0xD -> state.put(channel + " pressure", (int) m[1]);
      case 0xE -> state.put(channel + " wheel", m[2] << 7 | m[1]);
      default -> system(status, m);
    }
  }

  private int bank(int channel) {
    return state.getOrDefault(channel + " cc 0", 0) << 7
        | state.getOrDefault(channel + " cc 32", 0);
  }

  private void control(int channel, int controller, int value) {
    switch (controller) {
      case 99, 101 -> {
        state.put(channel + " half", (controller == 99 ? 1 << 14 : 0) | value << 7);
        state.remove(channel + " selected");
      }
      case 98, 100 -> {
        int number = state.getOrDefault(channel + " half", 0) | value;
        state.remove(channel + " half");
        state.remove(channel + " selected");
        if ((number & 0x3FFF) != 0x3FFF) {
          state.put(channel + " selected", number);
        }
      }
      case 6 -> {
        Integer number = state.get(channel + " selected");
        if (number != null) {
          state.put(channel + " parameter " + number, value << 7);
        }
      }
      case 38 -> {
        Integer number = state.get(channel + " selected");
        if (number != null) {
          state.merge(channel + " parameter " + number, value, (old, _) -> old & ~0x7F | value);
        }
      }
      case 120, 123 -> quiet(channel);
      case 121 -> {
        for (int each : new int[] {1, 33, 11, 43, 64, 65, 66, 67, 68, 69}) {
          state.remove(channel + " cc " + each);
        }
        state.remove(channel + " wheel");
        state.remove(channel + " pressure");
        state.remove(channel + " half");
        state.remove(channel + " selected");
        state.keySet().removeIf(key -> key.startsWith(channel + " key "));
      }
      case 124, 125, 126, 127 -> {
        quiet(channel);
        state.put(channel + (controller < 126 ? " omni" : " mode"), controller << 7 | value);
      }
      default -> state.put(channel + " cc " + controller, value);
    }
  }

  private void quiet(int channel) {
    state.keySet().removeIf(key -> key.startsWith(channel + " note "));
  }

  private void system(int status, byte[] m) {
    switch (status) {
      case 0xF2 -> state.put("place", 6 * (m[2] << 7 | m[1]));
      case 0xF3 -> state.put("song", (int) m[1]);
      case 0xF8 -> {
        if (state.containsKey("running")) {
          state.merge("place", 1, Integer::sum);
        }
      }
      case 0xFA -> {
        state.put("running", 1);
        state.put("place", 0);
      }
      case 0xFB -> state.put("running", 1);
      case 0xFC -> state.remove("running");
      case 0xFF -> state.clear();
      default -> {}
    }
  }

  public Map<String, Integer> state() {
    Map<String, Integer> shown = new TreeMap<>(state);
    shown.remove("place", 0);
    return shown;
  }

  public long sounding() {
    return state.keySet().stream().filter(key -> key.contains(" note ")).count();
  }
}
