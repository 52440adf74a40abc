// The Java client from Kotlin. Nothing is needed between them: the packages are @NullMarked, so the
// compiler knows that nothing here is null, and sealed types make `when` complete.
package dev.clasp.examples.kotlin

import dev.clasp.client.ClaspClient
import dev.clasp.client.ClaspException
import dev.clasp.client.SetOptions
import dev.clasp.client.Signal
import dev.clasp.client.Values
import dev.clasp.protocol.Value
import kotlin.jvm.optionals.getOrNull

@JvmRecord data class Look(val level: Double, val mode: String)

fun describe(signal: Signal): String =
    when (signal) {
        is Signal.Change -> "${signal.address} is ${Values.toObject(signal.value)}"
        is Signal.Event -> "${signal.address} happened"
        is Signal.Stream -> "${signal.address} has ${signal.values.size} samples"
        is Signal.Gesture -> "${signal.address} finger ${signal.id} ${signal.phase}"
        is Signal.TimelinePublished -> "${signal.address} has a timeline"
    }

fun main(args: Array<String>) {
    ClaspClient.builder(args[0]).name("kotlin").connectBlocking().use { client ->
        val desk = client.blocking()
        desk.subscribe("/lights/**").use { lights ->
            // set and get are operators.
            desk["/lights/1"] = 0.8
            println(describe(lights.take()))
        }
        // A class with @JvmRecord is a record, and travels as a map.
        desk["/lights/2/look"] = Look(0.5, "steady")
        println(desk["/lights/2/look", Look::class.java].getOrNull())
        println("and that ${desk["/lights/3"].getOrNull()?.value ?: "is not there"}")

        try {
            desk.set("/lights/1", Value.of(0.5), SetOptions.CONFIRM.ifRevision(99))
        } catch (e: ClaspException.RevisionConflict) {
            println("refused with ${e.code().asInt}")
        }
    }
}
