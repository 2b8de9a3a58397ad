package com.amazonaws.services.lambda.runtime;

public final class LambdaRuntime {
    // The runtime client puts its own logger here, by this name.
    private static volatile LambdaLogger logger;

    private LambdaRuntime() {
    }

    public static LambdaLogger getLogger() {
        return logger;
    }
}
