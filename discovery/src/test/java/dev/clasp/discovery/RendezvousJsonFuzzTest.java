package dev.clasp.discovery;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.discovery.RendezvousJson.MalformedException;
import java.nio.charset.StandardCharsets;

/** Bytes from strangers, on both sides: read or refused, and what was read is within bounds. */
class RendezvousJsonFuzzTest {

  @FuzzTest
  void anyBytes(byte[] body) {
    try {
      Registration registration = RendezvousJson.registration(RendezvousJson.tree(body));
      byte[] again = RendezvousJson.request(registration);
      if (!RendezvousJson.registration(RendezvousJson.tree(again)).equals(registration)) {
        throw new AssertionError(
            "not the same again: " + new String(again, StandardCharsets.UTF_8));
      }
    } catch (MalformedException | IllegalArgumentException e) {
      // Refused.
    }
    try {
      for (RegisteredDevice device : RendezvousJson.devices(body)) {
        if (!PlainText.isPlain(device.id() + device.registration())) {
          throw new AssertionError("not plain: " + device);
        }
        device.device(1);
      }
    } catch (MalformedException e) {
      // Refused.
    }
    try {
      RendezvousJson.receipt(body);
    } catch (MalformedException e) {
      // Refused.
    }
  }
}
