package lamina.runtime;

/** The Runtime API is gone; a runtime without it has nothing left to do. */
final class Disconnected extends RuntimeException {
    Disconnected(String message, Throwable cause) {
        super(message, cause);
    }
}
