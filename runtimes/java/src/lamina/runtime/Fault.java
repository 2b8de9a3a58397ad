package lamina.runtime;

/** A failure that the runtime finds rather than the function throws. */
final class Fault extends RuntimeException {
    Fault(String message, Throwable cause) {
        super(message, cause);
    }
}
