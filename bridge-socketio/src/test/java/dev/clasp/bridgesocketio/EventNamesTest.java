package dev.clasp.bridgesocketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventNamesTest {

  private static EventNames names(EventNames.Style style) {
    return new EventNames(style, List.of("/", "/admin", "/admin/deep"), TypeProfile.COMPATIBLE);
  }

  @Test
  void anEventHasAPath() {
    EventNames names = names(EventNames.Style.PATH);
    assertThat(names.path("/", "chat/msg")).contains("/chat/msg");
    assertThat(names.path("/", "/chat/msg")).contains("/chat/msg");
    assertThat(names.path("/admin", "x")).contains("/admin/x");
    assertThat(names.path("/", "x".repeat(2000))).isEmpty();
    assertThat(names.path("/", "a*")).isEmpty();
    assertThat(names.path("/", "")).isEmpty();
  }

  @Test
  void aPathIsOfTheLongestNamespace() {
    EventNames names = names(EventNames.Style.PATH);
    assertThat(names.place("/admin/deep/x")).contains(new EventNames.Place("/admin/deep", "x"));
    assertThat(names.place("/admin/x/y")).contains(new EventNames.Place("/admin", "x/y"));
    assertThat(names.place("/administrator")).contains(new EventNames.Place("/", "administrator"));
    assertThat(
            new EventNames(EventNames.Style.PATH, List.of("/admin"), TypeProfile.STANDARD)
                .place("/other/x"))
        .isEmpty();
  }

  @Test
  void namesAreAsWanted() {
    assertThat(names(EventNames.Style.LAST).place("/chat/msg").map(EventNames.Place::event))
        .isEqualTo(Optional.of("msg"));
    assertThat(names(EventNames.Style.PATH).place("/chat/msg").map(EventNames.Place::event))
        .isEqualTo(Optional.of("chat/msg"));
    assertThat(names(EventNames.Style.ADDRESS).place("/admin/msg").map(EventNames.Place::event))
        .isEqualTo(Optional.of("/msg"));
  }

  @Test
  void argumentsAreAValue() {
    EventNames names = names(EventNames.Style.PATH);
    assertThat(names.signal("/x", List.of(Value.of(1))))
        .isEqualTo(new MappedSignal("/x", SignalType.PARAM, Value.of(1)));
    assertThat(names.signal("/x", List.of(Value.of(1), Value.NULL)).value())
        .isEqualTo(Value.of(List.of(Value.of(1), Value.NULL)));
    assertThat(names.signal("/x", List.of()).type()).isEqualTo(SignalType.EVENT);
    assertThat(EventNames.arguments(new MappedSignal("/x", SignalType.EVENT, Value.NULL)))
        .isEmpty();
    assertThat(EventNames.arguments(new MappedSignal("/x", SignalType.PARAM, Value.NULL)))
        .containsExactly(Value.NULL);
  }
}
