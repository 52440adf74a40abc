/**
 * The load generator behind {@code clasp bench}, and micro-benchmarks.
 *
 * <p>{@link dev.clasp.bench.Bench#run} measures a {@link dev.clasp.bench.BenchPlan} and returns a
 * {@link dev.clasp.bench.BenchReport}. The generator runs on event loops of its own; what a
 * connection counts is touched only by the thread of its loop, and the calling thread collects it
 * by asking that loop. Only {@code DeliveryWindow} is shared between loops.
 *
 * <p>The generator must cost less than what it measures: frames are encoded once and only a number
 * is written into them, what arrives is looked at in place, the clock is read once for each socket
 * read, and what one loop turn sends leaves in one system call.
 */
@NullMarked
package dev.clasp.bench;

import org.jspecify.annotations.NullMarked;
