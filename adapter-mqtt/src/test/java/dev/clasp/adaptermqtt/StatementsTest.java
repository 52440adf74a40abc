package dev.clasp.adaptermqtt;

import static dev.clasp.adaptermqtt.RawClient.connect;
import static dev.clasp.adaptermqtt.RawClient.hex;
import static dev.clasp.adaptermqtt.RawClient.packet;
import static dev.clasp.adaptermqtt.RawClient.publish;
import static dev.clasp.adaptermqtt.RawClient.subscribe;
import static dev.clasp.adaptermqtt.RawClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Statements of the standards that {@link BrokerTest} does not show already, byte by byte. Where
 * both versions say the same, both are asked. See docs/mqtt-conformance.md.
 */
class StatementsTest {

  /** A packet of 5.0, with the answer of 5.0 in hexadecimal; a client of 3.1.1 is disconnected. */
  @ParameterizedTest
  @CsvSource({
    "PUBLISH with a topic that is not UTF-8, 3006000261FF0061, 81",
    "SUBSCRIBE with a filter that is not UTF-8, 82080001000002C32800, 81",
    "UNSUBSCRIBE with a filter that is not UTF-8, A207000100000261FF, 81",
    "a user property that is not UTF-8, 300C000174082600016100 01FF61, 81",
    "a content type that is not UTF-8, 30080001740403000 1FF61, 81",
    "a topic with a zero, 3005000261000061, 81",
    "packet identifier 0, 32060001740000 0061, 81",
    "SUBSCRIBE with identifier 0, 82070000000001 6100, 81",
    "a property length that is too long a number, 30060001748080000 061, 81",
    "PUBREL with flags 0, 60020001, 81",
    "UNSUBSCRIBE with flags 0, A006000100000161, 81",
    "UNSUBSCRIBE without a filter, A203000100, 82",
    "DISCONNECT with flags, E100, 81",
    "PINGREQ with flags, C100, 81",
    "PUBACK with flags, 41020001, 81",
    "AUTH with flags, F100, 81",
    "DUP with QoS 0, 380500017400 61, 81",
    "a response topic with a wildcard, 30090001740508 0002612B61, 90",
    "an alias above the maximum, 300700000323002161, 94",
    "an empty topic without alias, 30040000 0061, 82",
    "a property of another packet, 30090001740511000000 0161, 82",
    "an unknown property, 3006000174 027F0061, 81",
    "an identifier of a subscription that is 0, 8209000102 0B000001 6100, 82",
    "retain handling 3, 820700010000016130, 81",
    "a payload format that is none, 3006000174020102, 82"
  })
  void whatIsMalformedEndsTheConnection(String what, String bytes, String reason) throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      c.send(hex(bytes));

      assertThat(c.nextHex()).as(what).matches("E0.." + reason + ".*");
      assertThat(c.nextHex()).isEqualTo("end");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "topic that is not UTF-8, 3005000261FF61",
    "packet identifier 0, 3205000174000061",
    "an empty topic, 3003000061",
    "PUBREL with flags 0, 60020001",
    "SUBSCRIBE with flags 0, 8006000100016100",
    "SUBSCRIBE with QoS 3, 8206000100016103",
    "SUBSCRIBE with reserved bits, 8206000100016104",
    "SUBSCRIBE without a filter, 82020001",
    "UNSUBSCRIBE with flags 0, A0050001000161",
    "UNSUBSCRIBE without a filter, A2020001",
    "DISCONNECT with flags, E100",
    "QoS 3, 3605000174000161",
    "wildcard in a topic, 3004000 12361",
    "AUTH, F000",
    "a second CONNECT, 100D00044D51545404020000000161"
  })
  void whatIsMalformedEndsTheConnectionBelow5(String what, String bytes) throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 4, "c")) {
      c.send(hex(bytes));

      assertThat(c.nextHex()).as(what).isEqualTo("end");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "user name but no flag, 4, 100F00044D5154540402000000016100 0175",
    "flag but no user name, 4, 100D00044D51545404820000000161",
    "password but no flag, 4, 101200044D51545404820000000161000175000170",
    "flag but no password, 4, 101000044D51545404C20000000161000175",
    "password without user name, 4, 101000044D51545404420000000161000170",
    "will but no flag, 4, 101300044D515454040200000001610001770001 67",
    "flag but no will, 4, 100D00044D51545404060000000161",
    "QoS of a will without will, 4, 100D00044D515454040A0000000161",
    "RETAIN of a will without will, 4, 100D00044D51545404220000000161",
    "will topic that is not UTF-8, 4, 101300044D51545404060000000161 0001FF000167",
    "user name that is not UTF-8, 4, 101000044D515454048200000001610001FF",
    "no client identifier, 4, 100A00044D5154540402 0000",
    "will with QoS 3, 5, 101600044D515454051E000000000161 00000177 000167 00",
    "flag but no user name, 5, 100E00044D5154540582000000000161",
    "receive maximum 0, 5, 101100044D51545405020000032100 00000161",
    "property twice, 5, 101400044D515454050200000621000121000 1000161"
  })
  void contradictionsInConnectEndTheConnection(String what, int level, String bytes)
      throws Exception {
    try (House house = House.open();
        RawClient c = new RawClient(house.port())) {
      c.send(hex(bytes));

      assertThat(c.nextHex()).as(what + " of level " + level).isEqualTo("end");
    }
  }

  @Test
  void aPasswordWithoutUserNameIsRightIn5() throws Exception {
    try (House house = House.open();
        RawClient c = new RawClient(house.port())) {
      assertThat(c.ask(connect(5, 0x42, 0, "00", text("c"), text("pw")))).matches("20..0000.*");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void aByteOrderMarkIsACharacterLikeAnother(int level) throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), level, "c")) {
      c.ask(subscribe(level, 1, "a", 0));
      c.ask(subscribe(level, 2, "\uFEFFa", 0));
      c.send(publish(0x30, level, "\uFEFFa", 0, "x"));

      assertThat(c.nextHex()).contains("0004EFBBBF61");
      assertThat(c.untilPong()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void clientIdentifiersOf23LettersAndDigitsAndLongerOnesAreTaken(int level) throws Exception {
    try (House house = House.open();
        RawClient a = RawClient.of(house.port(), level, "0123456789abcdefghijklm");
        RawClient b = RawClient.of(house.port(), level, "nopqrstuvwxyzABCDEFGHIJ");
        RawClient c = RawClient.of(house.port(), level, "KLMNOPQRSTUVWXYZ".repeat(4))) {
      for (RawClient each : List.of(a, b, c)) {
        assertThat(each.untilPong()).isEmpty();
      }
    }
  }

  @Test
  void theAssignedIdentifierIsOfNobodyElse() throws Exception {
    try (House house = House.open();
        RawClient a = new RawClient(house.port());
        RawClient b = new RawClient(house.port());
        RawClient four = new RawClient(house.port())) {
      String first = a.ask(connect(5, 2, 0, "00", text("")));
      String second = b.ask(connect(5, 2, 0, "00", text("")));

      assertThat(first).isNotEqualTo(second);
      assertThat(four.ask(connect(4, 2, 0, "", text("")))).isEqualTo("20020000");
      assertThat(a.untilPong()).isEmpty();
      assertThat(b.untilPong()).isEmpty();
    }
  }

  @Test
  void nothingIsSentBeforeConnack() throws Exception {
    try (House house = House.open();
        RawClient c = new RawClient(house.port())) {
      // All at once, so that the answers could come too early.
      byte[] one = connect(5, 2, 0, "00", text("c"));
      byte[] two = subscribe(5, 1, "t", 0);
      byte[] three = publish(0x32, 5, "t", 2, "x");
      byte[] all = new byte[one.length + two.length + three.length];
      System.arraycopy(one, 0, all, 0, one.length);
      System.arraycopy(two, 0, all, one.length, two.length);
      System.arraycopy(three, 0, all, one.length + two.length, three.length);
      c.send(all);

      assertThat(c.nextHex()).startsWith("20");
      assertThat(c.nextHex()).isEqualTo("900400010000");
      assertThat(c.untilPong()).allMatch(p -> p.startsWith("30") || p.equals("40020002"));
    }
  }

  @Test
  void anUnknownLevelOf5IsTold() throws Exception {
    try (House house = House.open();
        RawClient c = new RawClient(house.port())) {
      assertThat(c.ask(connect(6, 2, 0, "", text("a")))).isEqualTo("20020001");
      assertThat(c.nextHex()).isEqualTo("end");
    }
  }

  // --- publications ------------------------------------------------------------------------------

  @Test
  void everythingThatTravelsArrivesInItsOrder() throws Exception {
    try (House house = House.open();
        RawClient sub = RawClient.of(house.port(), 5, "sub");
        RawClient pub = RawClient.of(house.port(), 5, "pub")) {
      sub.ask(subscribe(5, 1, "q", 2));
      String all =
          "0101"
              + "030004"
              + "74657874"
              + "080001"
              + "72"
              + "090002CAFE"
              + "2600016B00013126"
              + "00016B000132";
      int length = all.length() / 2;
      pub.ask(packet(0x35, text("q"), hex("0001%02X".formatted(length) + all), hex("7631")));

      assertThat(sub.nextHex())
          .endsWith("000171" + "0001" + "%02X".formatted(length) + all + "7631");
      sub.ask(subscribe(5, 2, "q", 1));
      assertThat(sub.nextHex())
          .as("retained too")
          .startsWith("33")
          .endsWith("%02X".formatted(length) + all + "7631");
    }
  }

  @Test
  void theWillTravelsWithItsProperties() throws Exception {
    try (House house = House.open();
        RawClient watcher = RawClient.of(house.port(), 5, "watcher")) {
      watcher.ask(subscribe(5, 1, "w", 2));
      String travelling = "26000161000131" + "26000161000132" + "0101";
      try (RawClient c = new RawClient(house.port())) {
        c.ask(
            connect(5, 0x0E, 0, "00", text("c"), hex("10" + travelling), text("w"), text("gone")));
        // The end without DISCONNECT.
      }

      assertThat(watcher.nextHex())
          .isEqualTo("321A" + "000177" + "0001" + "10" + travelling + "676F6E65");
    }
  }

  @ParameterizedTest
  @CsvSource({"00, false", "04, true", "80, true", "81, true"})
  void onlyANormalEndTakesTheWillAlong(String reason, boolean published) throws Exception {
    try (House house = House.open();
        RawClient watcher = RawClient.of(house.port(), 5, "watcher")) {
      watcher.ask(subscribe(5, 1, "w", 0));
      try (RawClient c = new RawClient(house.port())) {
        c.ask(connect(5, 0x06, 0, "00", text("c"), hex("00"), text("w"), text("gone")));
        c.send(hex("E002" + reason + "00"));
        c.awaitEnd();
      }
      watcher.send(publish(0x30, 5, "w", 0, "next"));

      if (published) {
        assertThat(watcher.nextHex()).endsWith("676F6E65");
      }
      assertThat(watcher.nextHex()).endsWith("6E657874");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void afterPubackAndPubcompAnIdentifierMeansANewMessage(int level) throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), level, "c");
        RawClient sub = RawClient.of(house.port(), level, "sub")) {
      sub.ask(subscribe(level, 1, "t", 0));
      assertThat(c.ask(publish(0x32, level, "t", 7, "1"))).isEqualTo("40020007");
      assertThat(c.ask(publish(0x3A, level, "t", 7, "2"))).isEqualTo("40020007");
      assertThat(c.ask(publish(0x34, level, "t", 7, "3"))).isEqualTo("50020007");
      assertThat(c.ask(hex("62020007"))).isEqualTo("70020007");
      assertThat(c.ask(publish(0x3C, level, "t", 7, "4"))).isEqualTo("50020007");
      assertThat(c.ask(hex("62020007"))).isEqualTo("70020007");

      for (String each : List.of("31", "32", "33", "34")) {
        assertThat(sub.nextHex()).startsWith("30").endsWith(each);
      }
    }
  }

  @Test
  void aPublicationWithQos2ThatWasRefusedMayComeAgain() throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      assertThat(c.ask(publish(0x34, 5, "$SYS/x", 7, "1"))).isEqualTo("5003000787");
      assertThat(c.ask(publish(0x34, 5, "t", 7, "2"))).isEqualTo("50020007");
      assertThat(c.ask(hex("62020007"))).isEqualTo("70020007");
      assertThat(c.ask(hex("62020009"))).as("unknown").isEqualTo("7003000992");
    }
  }

  @Test
  void aReceiverThatRefusesAMessageDoesNotGetItAgain() throws Exception {
    try (House house = House.open();
        RawClient pub = RawClient.of(house.port(), 5, "pub")) {
      try (RawClient sub = new RawClient(house.port())) {
        sub.resume(5, "sub");
        sub.ask(subscribe(5, 1, "t", 2));
        pub.ask(publish(0x32, 5, "t", 1, "a"));
        assertThat(sub.nextHex()).startsWith("3207000174" + "0001");
        pub.ask(publish(0x34, 5, "t", 2, "b"));
        assertThat(sub.nextHex()).startsWith("3407000174" + "0002");
        sub.send(hex("4003000180")).send(hex("5003000297"));
        assertThat(sub.untilPong()).isEmpty();
      }
      House.eventually(() -> house.away() == 1);
      try (RawClient sub = new RawClient(house.port())) {
        assertThat(sub.resume(5, "sub")).matches("20..0100.*");
        assertThat(sub.untilPong()).isEmpty();
      }
    }
  }

  @Test
  void qos2TowardsAClientTakesItsFourSteps() throws Exception {
    try (House house = House.open();
        RawClient pub = RawClient.of(house.port(), 4, "pub")) {
      try (RawClient sub = new RawClient(house.port())) {
        sub.resume(4, "sub");
        sub.ask(subscribe(4, 1, "t", 2));
        pub.ask(publish(0x34, 4, "t", 5, "a"));
        assertThat(sub.nextHex()).isEqualTo("34060001740001" + "61");
        assertThat(sub.ask(hex("50020001"))).isEqualTo("62020001");
      }
      House.eventually(() -> house.away() == 1);
      try (RawClient sub = new RawClient(house.port())) {
        assertThat(sub.resume(4, "sub")).isEqualTo("20020100");
        assertThat(sub.nextHex()).as("never PUBLISH again").isEqualTo("62020001");
        sub.send(hex("70020001"));
        assertThat(sub.untilPong()).isEmpty();
      }
      House.eventually(() -> house.away() == 1);
      try (RawClient sub = new RawClient(house.port())) {
        sub.resume(4, "sub");
        assertThat(sub.untilPong()).as("answered").isEmpty();
      }
    }
  }

  @Test
  void aSmallerWindowHoldsForWhatIsSentAgainToo() throws Exception {
    try (House house = House.open();
        RawClient pub = RawClient.of(house.port(), 5, "pub")) {
      try (RawClient sub = new RawClient(house.port())) {
        sub.resume(5, "sub");
        sub.ask(subscribe(5, 1, "t", 1));
        for (int i = 1; i <= 3; i++) {
          pub.ask(publish(0x32, 5, "t", i, "" + i));
          assertThat(sub.nextHex()).startsWith("32").endsWith("3" + i);
        }
      }
      House.eventually(() -> house.away() == 1);
      try (RawClient sub = new RawClient(house.port())) {
        sub.ask(connect(5, 0, 0, "08" + "110000003C" + "210001", text("sub")));
        assertThat(sub.untilPong()).containsExactly("3A07000174" + "0001" + "0031");
        sub.send(hex("40020001"));
        assertThat(sub.untilPong()).containsExactly("3A07000174" + "0002" + "0032");
        sub.send(hex("40020002"));
        assertThat(sub.untilPong()).containsExactly("3A07000174" + "0003" + "0033");
      }
    }
  }

  @Test
  void manyMessagesArriveInTheOrderInWhichTheyWereSent() throws Exception {
    try (House house = House.open();
        RawClient pub = RawClient.of(house.port(), 4, "pub");
        RawClient sub = RawClient.of(house.port(), 4, "sub")) {
      sub.ask(subscribe(4, 1, "t/#", 1));
      for (int i = 1; i <= 300; i++) {
        pub.send(publish(0x32, 4, "t/" + i % 3, i, "%04d".formatted(i)));
      }
      for (int i = 1; i <= 300; i++) {
        assertThat(pub.nextHex()).isEqualTo("4002%04X".formatted(i));
      }
      List<String> heard = new ArrayList<>();
      while (heard.size() < 300) {
        String next = sub.nextHex();
        assertThat(next).startsWith("32");
        heard.add(
            new String(
                hex(next.substring(next.length() - 8)),
                java.nio.charset.StandardCharsets.US_ASCII));
        sub.send(hex("4002" + next.substring(14, 18)));
      }
      assertThat(heard).isSorted().doesNotHaveDuplicates();
    }
  }

  // --- aliases -----------------------------------------------------------------------------------

  @Test
  void everyAliasUpToTheMaximumIsTakenAndNoneOutlivesItsConnection() throws Exception {
    try (House house = House.open();
        RawClient sub = RawClient.of(house.port(), 5, "sub")) {
      sub.ask(subscribe(5, 1, "#", 0));
      try (RawClient pub = new RawClient(house.port())) {
        pub.resume(5, "pub");
        pub.send(packet(0x30, text("first"), hex("03230001"), hex("61")));
        pub.send(packet(0x30, text("last"), hex("03230020"), hex("62")));
        pub.send(packet(0x30, text(""), hex("03230001"), hex("63")));
        pub.send(packet(0x30, text(""), hex("03230020"), hex("64")));
        for (String each :
            List.of(
                "6669727374" + "0061",
                "6C617374" + "0062",
                "6669727374" + "0063",
                "6C617374" + "0064")) {
          assertThat(sub.nextHex()).endsWith(each);
        }
      }
      House.eventually(() -> house.away() == 1);
      try (RawClient pub = new RawClient(house.port())) {
        assertThat(pub.resume(5, "pub")).matches("20..0100.*");
        assertThat(pub.ask(packet(0x30, text(""), hex("03230001"), hex("63")))).matches("E0..82.*");
      }
    }
  }

  // --- subscriptions -----------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void theAnswersStandInTheOrderOfTheFilters(int level) throws Exception {
    String failed = level == 5 ? "8F" : "80";
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), level, "c")) {
      c.send(
          packet(
              0x82,
              hex("000A" + (level == 5 ? "00" : "")),
              text("a"),
              hex("02"),
              text("a/#/b"),
              hex("01"),
              text("b"),
              hex("00"),
              text("c"),
              hex("01")));
      assertThat(c.nextHex()).endsWith("000A" + (level == 5 ? "00" : "") + "02" + failed + "0001");

      c.send(
          packet(
              0xA2, hex("000B" + (level == 5 ? "00" : "")), text("c"), text("never"), text("a")));
      assertThat(c.nextHex()).isEqualTo(level == 5 ? "B006000B00001100" : "B002000B");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void aSubscriptionAgainIsAnotherOneAndShowsTheRetainedMessageAgain(int level) throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), level, "c")) {
      c.ask(publish(0x33, level, "t", 1, "kept"));
      c.ask(subscribe(level, 2, "t", 1));
      assertThat(c.nextHex()).startsWith("33").endsWith("6B657074");
      c.ask(subscribe(level, 3, "t", 0));
      assertThat(c.nextHex()).startsWith("31").endsWith("6B657074");
      c.send(publish(0x30, level, "t", 0, "new"));
      assertThat(c.nextHex()).as("once").startsWith("30").endsWith("6E6577");
      assertThat(c.untilPong()).isEmpty();
    }
  }

  @Test
  void whatWasSentBeforeUnsubscribeIsDeliveredToItsEnd() throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 4, "c");
        RawClient pub = RawClient.of(house.port(), 4, "pub")) {
      c.ask(subscribe(4, 1, "t", 2));
      pub.ask(publish(0x34, 4, "t", 1, "x"));
      assertThat(c.nextHex()).isEqualTo("34060001740001" + "78");
      assertThat(c.ask(packet(0xA2, hex("0002"), text("t")))).isEqualTo("B0020002");
      assertThat(c.ask(hex("50020001"))).isEqualTo("62020001");
      pub.send(hex("62020001"));
      pub.nextHex();
      pub.ask(publish(0x32, 4, "t", 2, "y"));
      assertThat(c.untilPong()).isEmpty();
    }
  }

  @Test
  void retainHandlingOneAsksForNewSubscriptionsEvenInsideOnePacket() throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 5, "c")) {
      c.ask(publish(0x33, 5, "t", 1, "kept"));
      c.send(packet(0x82, hex("000200"), text("t"), hex("10"), text("t"), hex("10")));
      assertThat(c.nextHex()).isEqualTo("90050002000000");
      assertThat(c.untilPong()).hasSize(1);
      c.ask(subscribe(5, 3, "t", 0x20));
      assertThat(c.untilPong()).as("never").isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void aRetainedMessageIsReplacedAndAnEmptyOneIsHandedOnAndDeletes(int level) throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), level, "c");
        RawClient sub = RawClient.of(house.port(), level, "sub")) {
      c.ask(publish(0x33, level, "t", 1, "old"));
      c.ask(publish(0x33, level, "t", 2, "new"));
      c.ask(publish(0x32, level, "t", 3, "not kept"));
      sub.ask(subscribe(level, 1, "t", 0));
      assertThat(sub.nextHex()).startsWith("31").endsWith("6E6577");
      c.ask(publish(0x33, level, "t", 4, ""));
      assertThat(sub.nextHex())
          .as("without RETAIN, without payload")
          .isEqualTo("30" + (level == 5 ? "04" : "03") + "000174" + (level == 5 ? "00" : ""));
      sub.ask(subscribe(level, 2, "t", 0));
      assertThat(sub.untilPong()).isEmpty();
    }
  }

  @Test
  void aMessageForAGroupHasTheQosOfItsSubscriptionAndStaysWithItsSession() throws Exception {
    try (House house = House.open();
        RawClient pub = RawClient.of(house.port(), 5, "pub")) {
      try (RawClient a = new RawClient(house.port())) {
        a.resume(5, "a");
        a.ask(subscribe(5, 1, "$share/g/t", 1));
        pub.ask(publish(0x34, 5, "t", 1, "x"));
        assertThat(a.nextHex()).startsWith("3207000174" + "0001");
      }
      House.eventually(() -> house.away() == 1);
      try (RawClient b = RawClient.of(house.port(), 5, "b")) {
        b.ask(subscribe(5, 1, "$share/g/t", 1));
        assertThat(b.untilPong()).as("neither the message nor retained ones").isEmpty();
        try (RawClient a = new RawClient(house.port())) {
          assertThat(a.resume(5, "a")).matches("20..0100.*");
          assertThat(a.nextHex()).startsWith("3A07000174" + "0001");
          a.send(hex("4003000180"));
          assertThat(a.untilPong()).isEmpty();
          assertThat(b.untilPong()).as("refused is refused").isEmpty();
        }
      }
    }
  }

  @Test
  void pingsAreAnsweredWhileTheWindowIsFull() throws Exception {
    try (House house = House.open();
        RawClient sub = new RawClient(house.port());
        RawClient pub = RawClient.of(house.port(), 4, "pub")) {
      sub.ask(connect(5, 2, 0, "03210001", text("sub")));
      sub.ask(subscribe(5, 1, "t", 1));
      pub.ask(publish(0x32, 4, "t", 1, "1"));
      pub.ask(publish(0x32, 4, "t", 2, "2"));
      assertThat(sub.nextHex()).startsWith("32");
      assertThat(sub.untilPong()).isEmpty();
      assertThat(sub.ask(subscribe(5, 2, "other", 1))).isEqualTo("900400020001");
      sub.send(publish(0x30, 5, "other", 0, "q0"));
      assertThat(sub.nextHex()).as("QoS 0 has no window").startsWith("30");
    }
  }

  @Test
  void noPacketIsLongerThanTheClientTakes() throws Exception {
    try (House house = House.open();
        RawClient tiny = new RawClient(house.port());
        RawClient small = new RawClient(house.port());
        RawClient pub = RawClient.of(house.port(), 5, "pub")) {
      assertThat(tiny.ask(connect(5, 2, 0, "0527 00000003", text("tiny")))).isEqualTo("end");

      small.ask(connect(5, 2, 0, "0527 00000018", text("small")));
      small.ask(subscribe(5, 1, "t", 1));
      pub.ask(publish(0x32, 5, "t", 1, "x".repeat(30)));
      pub.ask(publish(0x32, 5, "t", 2, "y"));
      // The long one is as good as delivered: it takes no place in the window.
      assertThat(small.nextHex()).startsWith("32").endsWith("79");
    }
  }

  @Test
  void stateOutlivesTheConnectionButNotACleanStart() throws Exception {
    try (House house = House.open();
        RawClient pub = RawClient.of(house.port(), 5, "pub")) {
      try (RawClient c = new RawClient(house.port())) {
        c.resume(5, "c");
        c.ask(subscribe(5, 1, "t", 1));
      }
      House.eventually(() -> house.away() == 1);
      pub.ask(publish(0x32, 5, "t", 1, "for nobody"));
      try (RawClient c = RawClient.of(house.port(), 5, "c")) {
        assertThat(c.untilPong()).isEmpty();
        pub.ask(publish(0x32, 5, "t", 2, "neither"));
        assertThat(c.untilPong()).isEmpty();
      }
    }
  }

  @Test
  void retainedMessagesOutliveTheSession() throws Exception {
    try (House house = House.open();
        RawClient sub = RawClient.of(house.port(), 4, "sub")) {
      try (RawClient c = RawClient.of(house.port(), 4, "c")) {
        c.ask(publish(0x33, 4, "t", 1, "x"));
        c.send(hex("E000"));
        c.awaitEnd();
      }
      sub.ask(subscribe(4, 1, "t", 0));
      assertThat(sub.nextHex()).isEqualTo("3104000174" + "78");
    }
  }

  @Test
  void noIdentifierIsGivenTwiceAndThoseOfOthersAreTheirs() throws Exception {
    try (House house = House.open();
        RawClient c = RawClient.of(house.port(), 4, "c");
        RawClient pub = RawClient.of(house.port(), 4, "pub")) {
      c.ask(subscribe(4, 1, "t", 1));
      // The client uses the same numbers as the server does.
      for (int i = 1; i <= 3; i++) {
        pub.ask(publish(0x32, 4, "t", i, "x"));
        assertThat(c.nextHex()).startsWith("3206000174" + "000" + i);
        assertThat(c.ask(publish(0x32, 4, "other", i, "y"))).isEqualTo("4002000" + i);
      }
      c.send(hex("40020002"));
      pub.ask(publish(0x32, 4, "t", 9, "x"));
      assertThat(c.nextHex()).startsWith("3206000174" + "0004");
    }
  }
}
