package dev.clasp.bridgeartnet;

import dev.clasp.bridgeartnet.ArtNetPacket.ArtPollReply;
import dev.clasp.bridgeartnet.ArtNetPacket.ReplyPort;
import dev.clasp.rdm.Uid;
import java.util.List;
import java.util.stream.Stream;

/** One packet of each kind. */
final class Samples {

  private Samples() {}

  static ArtPollReply reply() {
    return new ArtPollReply(
        new byte[] {10, 0, 0, 5},
        6454,
        0x0102,
        0x12,
        3,
        0x00FF,
        0,
        0xD2,
        0x7A70,
        "CLASP",
        "CLASP for Java",
        "#0001 [0001] ok",
        4,
        List.of(
            new ReplyPort(0x80, 0, 0x80, 0, 1, 0x80),
            new ReplyPort(0x40, 0x80, 0, 2, 0, 0),
            new ReplyPort(0x40, 0, 0, 3, 0, 0),
            new ReplyPort(0x80, 0, 0, 0, 15, 0)),
        100,
        0,
        new byte[] {2, 3, 4, 5, 6, 7},
        new byte[] {10, 0, 0, 5},
        2,
        0x0E,
        0x20,
        Uid.of(0x7A70, 1),
        44);
  }

  static Stream<ArtNetPacket> all() {
    byte[] four = {1, 2, 3, 4};
    return Stream.of(
        new ArtNetPacket.ArtPoll(2, 0x10, 0, 0, 0, 0),
        new ArtNetPacket.ArtPoll(0x22, 0x10, 30, 2, 0x7A70, 0xFF),
        reply(),
        new ArtNetPacket.ArtDmx(1, 2, 0x1234, four),
        new ArtNetPacket.ArtDmx(255, 0, 0, new byte[512]),
        new ArtNetPacket.ArtNzs(1, 0xDD, 3, four),
        new ArtNetPacket.ArtSync(0),
        new ArtNetPacket.ArtTimeCode(0, 1, 2, 3, 4, 3),
        new ArtNetPacket.ArtTrigger(0xFFFF, 0, 'A', four),
        new ArtNetPacket.ArtAddress(0x81, 1, "a", "b", four, four, 0x82, 255, 0x50),
        new ArtNetPacket.ArtInput(1, 4, four),
        new ArtNetPacket.ArtIpProg(0, four, four, four),
        new ArtNetPacket.ArtIpProgReply(four, four, 6454, 0, four),
        new ArtNetPacket.ArtTodRequest(1, 0, four),
        new ArtNetPacket.ArtTodData(1, 1, 0, 0, 3, 2, 0, List.of(Uid.of(1, 2), Uid.of(3, 4))),
        new ArtNetPacket.ArtTodControl(1, 1, 2),
        new ArtNetPacket.ArtRdm(0, 0, 1, 0, 2, four),
        new ArtNetPacket.ArtRdmSub(Uid.of(1, 2), 0x20, 0x60, 1, 2, four),
        new ArtNetPacket.ArtDiagData(0x10, 0, "hello"),
        new ArtNetPacket.ArtCommand(0xFFFF, "SwoutText=Playback&"),
        new ArtNetPacket.Other(0x9000));
  }
}
