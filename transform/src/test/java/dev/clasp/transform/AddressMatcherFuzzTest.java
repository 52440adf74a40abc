package dev.clasp.transform;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/** Any pattern is one or a sentence; what it finds in an address makes the address again. */
class AddressMatcherFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "/a/{n}\n/a/5",
            "/**/cue{n+1}/*\n/x/cue7/",
            "/{rest**}/b/**\n/a/b/c",
            "/{a}-{b}*\n/x-y-z",
            "/{10-ch*3}\n/4")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void whatIsFoundMakesTheAddressAgain(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int line = text.indexOf('\n');
    if (line < 0) {
      return;
    }
    AddressPath path;
    try {
      path = AddressPath.parse(text.substring(0, line), "");
    } catch (MappingException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    for (List<AddressPath.Part> segment : path.segments()) {
      for (AddressPath.Part part : segment) {
        if (part instanceof AddressPath.Part.Sum sum && sum.line() == null) {
          return;
        }
      }
    }
    String address = text.substring(line + 1);
    List<String> slots = List.copyOf(path.captured());
    @Nullable String[] captures = new String[slots.size()];
    if (new AddressMatcher(path, slots, path.numbers()).match(address, captures)
        && address.length() < 4096
        && !address.matches(".*\\d{17}.*|.*/-?0\\d.*|.*-0.*|(?s).*[^0-9]0\\d.*")) {
      String again = new AddressTemplate(path, slots).render(captures, 0, new Registers());
      // A name that is in two calculations is found by the last of them.
      if (path.numbers().isEmpty()) {
        assertThat(again).isEqualTo(address);
      }
    }
  }
}
