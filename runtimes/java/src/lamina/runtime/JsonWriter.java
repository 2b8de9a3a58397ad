package lamina.runtime;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Turns what a handler returns into JSON: beans by their getters and public fields, records, collections, plain values. */
final class JsonWriter {
    private interface Getter {
        Object of(Object bean) throws ReflectiveOperationException;
    }

    private static final int MAX_DEPTH = 500;
    private static final Map<Class<?>, Map<String, Getter>> GETTERS = new ConcurrentHashMap<>();

    private final StringBuilder out = new StringBuilder();
    private int depth;

    private JsonWriter() {
    }

    static String write(Object value) throws ReflectiveOperationException {
        JsonWriter writer = new JsonWriter();
        writer.append(value);
        return writer.out.toString();
    }

    private void append(Object value) throws ReflectiveOperationException {
        if (++depth > MAX_DEPTH) {
            throw new IllegalArgumentException("the response is nested deeper than " + MAX_DEPTH);
        }
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Number) {
            number((Number) value);
        } else if (value instanceof CharSequence || value instanceof Character || value instanceof Enum) {
            Json.writeString(out, value instanceof Enum ? ((Enum<?>) value).name() : value.toString());
        } else if (value instanceof Map) {
            map((Map<?, ?>) value);
        } else if (value instanceof Collection) {
            items(((Collection<?>) value).toArray());
        } else if (value instanceof Optional) {
            append(((Optional<?>) value).orElse(null));
        } else if (value instanceof Date) {
            out.append(((Date) value).getTime());
        } else if (value instanceof byte[]) {
            Json.writeString(out, Base64.getEncoder().encodeToString((byte[]) value));
        } else if (value instanceof ByteBuffer) {
            byte[] bytes = new byte[((ByteBuffer) value).remaining()];
            ((ByteBuffer) value).duplicate().get(bytes);
            append(bytes);
        } else if (value.getClass().isArray()) {
            Object[] items = new Object[Array.getLength(value)];
            Arrays.setAll(items, i -> Array.get(value, i));
            items(items);
        } else if (value.getClass().getName().startsWith("java.")) {
            // Times, UUIDs, URIs: their text is what their readers parse.
            Json.writeString(out, value.toString());
        } else {
            bean(value);
        }
        depth--;
    }

    private void number(Number value) {
        double real = value.doubleValue();
        if ((value instanceof Double || value instanceof Float) && (Double.isNaN(real) || Double.isInfinite(real))) {
            Json.writeString(out, value.toString());
        } else {
            out.append(value);
        }
    }

    private void map(Map<?, ?> map) throws ReflectiveOperationException {
        out.append('{');
        String comma = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(comma);
            Json.writeString(out, String.valueOf(entry.getKey()));
            out.append(':');
            append(entry.getValue());
            comma = ",";
        }
        out.append('}');
    }

    private void items(Object[] items) throws ReflectiveOperationException {
        out.append('[');
        for (int i = 0; i < items.length; i++) {
            out.append(i == 0 ? "" : ",");
            append(items[i]);
        }
        out.append(']');
    }

    private void bean(Object bean) throws ReflectiveOperationException {
        out.append('{');
        String comma = "";
        for (Map.Entry<String, Getter> getter : getters(bean.getClass()).entrySet()) {
            out.append(comma);
            Json.writeString(out, getter.getKey());
            out.append(':');
            try {
                append(getter.getValue().of(bean));
            } catch (InvocationTargetException error) {
                throw new IllegalArgumentException("the getter of " + getter.getKey() + " failed", error.getCause());
            }
            comma = ",";
        }
        out.append('}');
    }

    private static Map<String, Getter> getters(Class<?> type) {
        return GETTERS.computeIfAbsent(type, JsonWriter::findGetters);
    }

    private static Map<String, Getter> findGetters(Class<?> type) {
        Map<String, Getter> getters = new LinkedHashMap<>();
        boolean isRecord = type.getSuperclass() != null && type.getSuperclass().getName().equals("java.lang.Record");
        for (Field field : type.getDeclaredFields()) {
            // The order of declaration is the order that people expect; a getter below takes its field's place.
            Method accessor = isRecord ? accessor(type, field.getName()) : accessorOf(type, field.getName());
            if (accessor != null && !Modifier.isStatic(field.getModifiers())) {
                accessor.setAccessible(true);
                getters.put(isRecord ? field.getName() : propertyOf(accessor.getName()), accessor::invoke);
            }
        }
        for (Field field : type.getFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                getters.putIfAbsent(field.getName(), field::get);
            }
        }
        for (Method method : type.getMethods()) {
            String property = propertyOf(method.getName());
            boolean reads = method.getParameterCount() == 0 && method.getReturnType() != void.class && property != null
                && !Modifier.isStatic(method.getModifiers()) && method.getDeclaringClass() != Object.class && !method.isBridge()
                && (method.getName().startsWith("get") || method.getReturnType() == boolean.class || method.getReturnType() == Boolean.class);
            if (reads) {
                method.setAccessible(true);
                getters.putIfAbsent(property, method::invoke);
            }
        }
        return getters;
    }

    private static Method accessorOf(Class<?> type, String field) {
        String tail = field.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + field.substring(1);
        Method getter = accessor(type, "get" + tail);
        return getter != null ? getter : accessor(type, "is" + tail);
    }

    private static Method accessor(Class<?> type, String name) {
        try {
            return type.getMethod(name);
        } catch (NoSuchMethodException none) {
            return null;
        }
    }

    /** getName and isName are both the property name; getURL is URL, as java.beans has it. */
    private static String propertyOf(String method) {
        String tail = method.startsWith("get") ? method.substring(3) : method.startsWith("is") ? method.substring(2) : "";
        if (tail.isEmpty() || !Character.isUpperCase(tail.charAt(0))) {
            return null;
        }
        boolean shout = tail.length() > 1 && Character.isUpperCase(tail.charAt(1));
        return shout ? tail : Character.toLowerCase(tail.charAt(0)) + tail.substring(1);
    }
}
