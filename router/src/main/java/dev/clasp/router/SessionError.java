package dev.clasp.router;

import java.util.Optional;

/**
 * The last ERROR that a session was sent.
 *
 * @param code see {@link dev.clasp.protocol.ErrorCode}
 * @param text as it was sent
 * @param address that it was about
 * @param atMicros Unix time
 */
public record SessionError(int code, String text, Optional<String> address, long atMicros) {}
