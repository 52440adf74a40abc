package dev.clasp.router;

import dev.clasp.protocol.Value;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an administrator sees of a stored parameter.
 *
 * @param writer session id of the last writer
 * @param writtenMicros Unix time of the last write
 * @param lockHolder id of the session that holds the lock
 * @param expiresInNanos time to its end if nobody uses it; empty = it does not end
 */
public record ParameterStatus(
    String address,
    Value value,
    long revision,
    String writer,
    long writtenMicros,
    Optional<String> lockHolder,
    ConflictStrategy strategy,
    OptionalLong expiresInNanos) {}
