package lamina.runtime;

/** The function's class could not be made: its Init fails, not an invocation. */
final class InitFailure extends Exception {
    InitFailure(Throwable cause) {
        super(cause);
    }
}
