package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorCodeTest {

  @ParameterizedTest
  @CsvSource({
    "202, bad pattern",
    "300, unauthorized",
    "301, forbidden",
    "302, token expired",
    "400, refused",
    "401, lock held",
    "403, bundle forbidden",
    "404, not found",
    "429, too many",
    "500, internal error",
    "501, unavailable",
    "503, receiver too slow",
  })
  void theCodesThatWeSendHaveNames(int code, String name) {
    assertThat(ErrorCode.describe(code)).isEqualTo(name);
  }

  /** Any code may come from a peer (wire.md 10.1). */
  @ParameterizedTest
  @CsvSource({
    "100, protocol error",
    "201, address error",
    "399, permission error",
    "409, request error",
    "599, server error",
    "0, error",
    "600, error",
    "65535, error",
  })
  void othersAreShownByTheirRange(int code, String name) {
    assertThat(ErrorCode.describe(code)).isEqualTo(name);
  }

  @Test
  void everyNumberHasADescription() {
    for (int code = 0; code <= 65_535; code++) {
      assertThat(ErrorCode.describe(code)).isNotBlank();
    }
  }
}
