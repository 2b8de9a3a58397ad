package lamina.runtime;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * What a handler is given, seen through the interfaces that the function's own classes brought: they are found by name, so any
 * version of them fits. A method that is not known here answers null, zero or false, or what the interface says by default.
 */
final class Views {
    private static final String API = "com.amazonaws.services.lambda.runtime.";

    private final ClassLoader loader;
    private final Object logger;

    Views(ClassLoader loader) throws ReflectiveOperationException {
        this.loader = loader;
        logger = proxy("LambdaLogger", (proxy, method, arguments) -> {
            if (method.getName().equals("log")) {
                String message = arguments[0] instanceof byte[]
                    ? new String((byte[]) arguments[0], StandardCharsets.UTF_8) : String.valueOf(arguments[0]);
                Logs.log(message, arguments.length > 1 ? String.valueOf(arguments[1]) : "UNDEFINED");
                return null;
            }
            return ofObject(proxy, method, arguments);
        });
        java.lang.reflect.Field field = Class.forName(API + "LambdaRuntime", true, loader).getDeclaredField("logger");
        field.setAccessible(true);
        field.set(null, logger);
    }

    Class<?> api(String name) throws ClassNotFoundException {
        return Class.forName(API + name, false, loader);
    }

    Object context(Map<String, String> headers) throws ReflectiveOperationException {
        long deadline = Long.parseLong(headers.getOrDefault("lambda-runtime-deadline-ms", "0"));
        Map<String, Object> values = new HashMap<>();
        values.put("getAwsRequestId", headers.get("lambda-runtime-aws-request-id"));
        values.put("getInvokedFunctionArn", headers.get("lambda-runtime-invoked-function-arn"));
        values.put("getTenantId", headers.get("lambda-runtime-aws-tenant-id"));
        values.put("getXrayTraceId", headers.get("lambda-runtime-trace-id"));
        values.put("getLogGroupName", System.getenv("AWS_LAMBDA_LOG_GROUP_NAME"));
        values.put("getLogStreamName", System.getenv("AWS_LAMBDA_LOG_STREAM_NAME"));
        values.put("getFunctionName", System.getenv("AWS_LAMBDA_FUNCTION_NAME"));
        values.put("getFunctionVersion", System.getenv("AWS_LAMBDA_FUNCTION_VERSION"));
        values.put("getMemoryLimitInMB", Integer.parseInt(System.getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")));
        values.put("getLogger", logger);
        values.put("getIdentity", identity(parse(headers.get("lambda-runtime-cognito-identity"))));
        values.put("getClientContext", clientContext(parse(headers.get("lambda-runtime-client-context"))));
        return proxy("Context", (proxy, method, arguments) -> method.getName().equals("getRemainingTimeInMillis")
            ? (Object) (int) Math.max(0, deadline - System.currentTimeMillis())
            : of(values, proxy, method, arguments));
    }

    private Object identity(Map<?, ?> json) throws ReflectiveOperationException {
        Map<String, Object> values = new HashMap<>();
        values.put("getIdentityId", json.get("cognitoIdentityId"));
        values.put("getIdentityPoolId", json.get("cognitoIdentityPoolId"));
        return proxy("CognitoIdentity", (proxy, method, arguments) -> of(values, proxy, method, arguments));
    }

    private Object clientContext(Map<?, ?> json) throws ReflectiveOperationException {
        if (json.isEmpty()) {
            return null;
        }
        Map<String, Object> values = new HashMap<>();
        values.put("getCustom", json.get("custom"));
        values.put("getEnvironment", json.get("env"));
        values.put("getClient", json.get("client") instanceof Map ? client((Map<?, ?>) json.get("client")) : null);
        return proxy("ClientContext", (proxy, method, arguments) -> of(values, proxy, method, arguments));
    }

    private Object client(Map<?, ?> json) throws ReflectiveOperationException {
        Map<String, Object> values = new HashMap<>();
        values.put("getInstallationId", json.get("installation_id"));
        values.put("getAppTitle", json.get("app_title"));
        values.put("getAppVersionName", json.get("app_version_name"));
        values.put("getAppVersionCode", json.get("app_version_code"));
        values.put("getAppPackageName", json.get("app_package_name"));
        return proxy("Client", (proxy, method, arguments) -> of(values, proxy, method, arguments));
    }

    private Object proxy(String name, InvocationHandler handler) throws ClassNotFoundException {
        return Proxy.newProxyInstance(loader, new Class<?>[] {api(name)}, handler);
    }

    private static Object of(Map<String, Object> values, Object proxy, Method method, Object[] arguments) {
        return values.containsKey(method.getName()) ? values.get(method.getName()) : ofObject(proxy, method, arguments);
    }

    private static Object ofObject(Object proxy, Method method, Object[] arguments) {
        switch (method.getName()) {
            case "equals": return proxy == arguments[0];
            case "hashCode": return System.identityHashCode(proxy);
            case "toString": return method.getDeclaringClass().getName() + "@" + System.identityHashCode(proxy);
            default:
                Class<?> type = method.getReturnType();
                return type == boolean.class ? (Object) false : type == int.class ? (Object) 0 : type == long.class ? (Object) 0L : null;
        }
    }

    // Header bytes arrive as latin-1; the platform writes JSON in UTF-8.
    private static Map<?, ?> parse(String header) {
        Object json = header == null || header.isEmpty()
            ? null : Json.parse(new String(header.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
        return json instanceof Map ? (Map<?, ?>) json : new HashMap<>();
    }
}
