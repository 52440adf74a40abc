package dev.clasp.bridgeartnet;

import dev.clasp.bridgeartnet.ArtNetPacket.ArtPollReply;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtRdm;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTodData;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTodRequest;
import dev.clasp.bridgeartnet.ArtNetPacket.ReplyPort;
import dev.clasp.rdm.RdmMessage;
import dev.clasp.rdm.Uid;
import dev.clasp.rdm.VirtualResponder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** A node with one output and devices of RDM on it, as values. */
final class EmulatedGateway {

  static final int UNIVERSE = 0x0103;

  final Map<Uid, VirtualResponder> lamps = new TreeMap<>();
  private final int piece;

  /**
   * @param piece how many devices it tells at once
   */
  EmulatedGateway(int piece, Uid... uids) {
    this.piece = piece;
    for (Uid uid : uids) {
      lamps.put(uid, new VirtualResponder(uid, "Par 64"));
    }
  }

  VirtualResponder lamp(Uid uid) {
    return Objects.requireNonNull(lamps.get(uid));
  }

  static ArtPollReply reply() {
    return reply(UNIVERSE & 0xF);
  }

  /**
   * @param swOut the lowest four bits of its port-address
   */
  static ArtPollReply reply(int swOut) {
    ReplyPort none = new ReplyPort(0, 0, 0, 0, 0, 0);
    return new ArtPollReply(
        new byte[] {127, 0, 0, 9},
        ArtNetConfig.PORT,
        1,
        1,
        0,
        0xFF,
        0,
        0xD0 | ArtPollReply.STATUS1_RDM,
        0x7FF0,
        "gateway",
        "Gateway to lamps",
        "#0001 [0001] ok",
        1,
        List.of(new ReplyPort(0x80, 0, 0, 0, swOut, 0), none, none, none),
        100,
        0,
        new byte[6],
        new byte[] {127, 0, 0, 9},
        1,
        8,
        0,
        new Uid(0),
        44);
  }

  /** What it answers. */
  List<ArtNetPacket> take(ArtNetPacket packet) {
    List<ArtNetPacket> answers = new ArrayList<>();
    switch (packet) {
      case ArtTodRequest request -> {
        if (request.net() == UNIVERSE >> 8 && request.addresses()[0] == (UNIVERSE & 0xFF)) {
          List<Uid> all = List.copyOf(lamps.keySet());
          for (int at = 0, block = 0; at < Math.max(1, all.size()); at += piece, block++) {
            List<Uid> some =
                all.subList(Math.min(at, all.size()), Math.min(at + piece, all.size()));
            answers.add(
                new ArtTodData(1, 1, UNIVERSE >> 8, 0, UNIVERSE & 0xFF, all.size(), block, some));
          }
        }
      }
      case ArtRdm rdm -> {
        RdmMessage message = RdmMessage.decodeWithoutStartCode(rdm.message());
        Optional.ofNullable(lamps.get(message.destination()))
            .flatMap(lamp -> lamp.take(message))
            .map(RdmMessage::decode)
            .ifPresent(answer ->
                answers.add(
                    new ArtRdm(
                        0, 0, rdm.net(), 0, rdm.address(), answer.encodeWithoutStartCode())));
      }
      default -> {}
    }
    return answers;
  }
}
