package lamina.runtime;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;

/** A function's handler: what is called, and what its parameters want. */
final class Handler {
    private final Object instance;
    private final Method method;
    private final Map<TypeVariable<?>, Type> types;
    private final Views views;
    private final Class<?> contextType;

    private Handler(Object instance, Method method, Class<?> type, Views views) throws ClassNotFoundException {
        this.instance = instance;
        this.method = method;
        this.views = views;
        types = Types.variables(type, Collections.emptyMap());
        contextType = views.api("Context");
        method.setAccessible(true);
    }

    /** `package.Class` of a handler interface, or `package.Class::method`. */
    static Handler load(String name, ClassLoader loader, Views views) throws ReflectiveOperationException, InitFailure {
        String[] parts = name.split("::", -1);
        if (parts.length > 2 || parts[0].isEmpty()) {
            throw new Fault("Invalid handler: `" + name + "'", null);
        }
        Class<?> type;
        try {
            type = Class.forName(parts[0], true, loader);
        } catch (ClassNotFoundException missing) {
            ClassNotFoundException error = new ClassNotFoundException("Class not found: " + parts[0], missing.getCause());
            error.setStackTrace(missing.getStackTrace());
            throw error;
        } catch (ExceptionInInitializerError error) {
            throw new InitFailure(error.getCause() == null ? error : error.getCause());
        }
        boolean streams = views.api("RequestStreamHandler").isAssignableFrom(type);
        if (parts.length == 1 && !streams && !views.api("RequestHandler").isAssignableFrom(type)) {
            throw new Fault("Class does not implement an appropriate handler interface: " + type.getName(), null);
        }
        Method method = find(type, parts.length == 2 ? parts[1] : "handleRequest", parts.length == 1 && streams, views.api("Context"));
        return new Handler(Modifier.isStatic(method.getModifiers()) ? null : create(type), method, type, views);
    }

    byte[] call(Connection.Response event) throws Throwable {
        Class<?>[] raw = method.getParameterTypes();
        Object[] arguments = new Object[raw.length];
        ByteArrayOutputStream output = null;
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] == contextType) {
                arguments[i] = views.context(event.headers);
            } else if (raw[i] == InputStream.class) {
                arguments[i] = new ByteArrayInputStream(event.body);
            } else if (raw[i] == OutputStream.class) {
                arguments[i] = output = new ByteArrayOutputStream();
            } else {
                arguments[i] = input(event.body, method.getGenericParameterTypes()[i]);
            }
        }
        Object result;
        try {
            result = method.invoke(instance, arguments);
        } catch (InvocationTargetException error) {
            throw error.getCause();
        }
        if (output != null) {
            return output.toByteArray();
        }
        return method.getReturnType() == void.class ? "null".getBytes(StandardCharsets.UTF_8) : response(result);
    }

    private Object input(byte[] body, Type type) {
        try {
            return body.length == 0 ? null : JsonReader.read(Json.parse(new String(body, StandardCharsets.UTF_8)), type, types);
        } catch (InvocationTargetException error) {
            throw new Fault("An error occurred during JSON parsing", error.getCause());
        } catch (ReflectiveOperationException | RuntimeException error) {
            throw new Fault("An error occurred during JSON parsing", error);
        }
    }

    private byte[] response(Object result) {
        try {
            return JsonWriter.write(result).getBytes(StandardCharsets.UTF_8);
        } catch (ReflectiveOperationException | RuntimeException error) {
            throw new Fault("An error occurred during JSON serialization of response", error);
        }
    }

    // The compiler's bridges say Object where the programmer said more. Of overloads the one with most parameters is meant, and
    // one that ends with a context before one that does not.
    private static Method find(Class<?> type, String name, boolean streams, Class<?> contextType) {
        Method best = null;
        int most = -1;
        for (Method method : type.getMethods()) {
            Class<?>[] parameters = method.getParameterTypes();
            boolean fits = method.getName().equals(name) && !method.isBridge() && parameters.length <= 3
                && (!streams || parameters.length == 3 && parameters[0] == InputStream.class);
            int weight = 2 * parameters.length + (parameters.length > 0 && parameters[parameters.length - 1] == contextType ? 1 : 0);
            if (fits && weight > most) {
                best = method;
                most = weight;
            }
        }
        if (best == null) {
            throw new Fault("No public method named " + name + " with appropriate method signature found on class " + type.getName(), null);
        }
        return best;
    }

    private static Object create(Class<?> type) throws InitFailure {
        try {
            return type.getConstructor().newInstance();
        } catch (InvocationTargetException error) {
            throw new InitFailure(error.getCause());
        } catch (ExceptionInInitializerError error) {
            throw new InitFailure(error.getCause() == null ? error : error.getCause());
        } catch (NoSuchMethodException error) {
            throw new Fault("Class " + type.getName() + " has no public zero-argument constructor", null);
        } catch (ReflectiveOperationException error) {
            throw new Fault("Class " + type.getName() + " cannot be instantiated", error);
        }
    }
}
