package lamina.runtime;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Turns parsed JSON into what a handler's parameter is declared as: beans by their setters, records, collections, plain values. */
final class JsonReader {
    private JsonReader() {
    }

    static Object read(Object json, Type declared, Map<TypeVariable<?>, Type> known) throws ReflectiveOperationException {
        Type type = Types.resolve(declared, known);
        Class<?> raw = Types.raw(type, known);
        if (raw == Optional.class) {
            return json == null ? Optional.empty() : Optional.of(read(json, Types.argument(type, 0, known), known));
        }
        if (json == null) {
            return raw.isPrimitive() && raw != void.class ? Array.get(Array.newInstance(raw, 1), 0) : null;
        }
        if (raw == Object.class || raw == Void.class) {
            return raw == Void.class ? null : loose(json);
        }
        if (json instanceof Map && !Map.class.isAssignableFrom(raw)) {
            return bean((Map<?, ?>) json, raw, Types.variables(type, known));
        }
        if (json instanceof Map) {
            return map((Map<?, ?>) json, type, raw, known);
        }
        if (json instanceof List) {
            return items((List<?>) json, type, raw, known);
        }
        return scalar(json, raw);
    }

    /** For a parameter that says nothing of its type: numbers are the boxes that Java knows. */
    private static Object loose(Object json) {
        if (json instanceof Map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            ((Map<?, ?>) json).forEach((name, value) -> copy.put((String) name, loose(value)));
            return copy;
        }
        if (json instanceof List) {
            List<Object> copy = new ArrayList<>();
            ((List<?>) json).forEach(item -> copy.add(loose(item)));
            return copy;
        }
        return json instanceof BigDecimal ? (Object) ((BigDecimal) json).doubleValue() : json;
    }

    @SuppressWarnings("unchecked")
    private static Object map(Map<?, ?> json, Type type, Class<?> raw, Map<TypeVariable<?>, Type> known)
            throws ReflectiveOperationException {
        Map<Object, Object> result;
        if (raw.isInterface() || Modifier.isAbstract(raw.getModifiers())) {
            result = SortedMap.class.isAssignableFrom(raw) ? new TreeMap<>() : new LinkedHashMap<>();
        } else {
            result = (Map<Object, Object>) create(raw);
        }
        Type keys = Types.argument(type, 0, known);
        Type values = Types.argument(type, 1, known);
        for (Map.Entry<?, ?> entry : json.entrySet()) {
            result.put(read(entry.getKey(), keys, known), read(entry.getValue(), values, known));
        }
        return result;
    }

    @SuppressWarnings("unchecked")
    private static Object items(List<?> json, Type type, Class<?> raw, Map<TypeVariable<?>, Type> known)
            throws ReflectiveOperationException {
        if (raw.isArray()) {
            Object array = Array.newInstance(raw.getComponentType(), json.size());
            for (int i = 0; i < json.size(); i++) {
                Array.set(array, i, read(json.get(i), raw.getComponentType(), known));
            }
            return array;
        }
        if (!Collection.class.isAssignableFrom(raw) && raw != Iterable.class) {
            throw mismatch("an array", raw);
        }
        Collection<Object> result;
        if (!raw.isInterface() && !Modifier.isAbstract(raw.getModifiers())) {
            result = (Collection<Object>) create(raw);
        } else if (SortedSet.class.isAssignableFrom(raw)) {
            result = new TreeSet<>();
        } else if (Set.class.isAssignableFrom(raw)) {
            result = new LinkedHashSet<>();
        } else {
            result = Queue.class.isAssignableFrom(raw) ? new ArrayDeque<>() : new ArrayList<>();
        }
        Type item = Types.argument(type, 0, known);
        for (Object value : json) {
            result.add(read(value, item, known));
        }
        return result;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object scalar(Object json, Class<?> raw) throws ReflectiveOperationException {
        if (raw.isInstance(json)) {
            return json;
        }
        if (raw == String.class || raw == CharSequence.class) {
            return json.toString();
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return json instanceof Boolean ? json : Boolean.valueOf(json.toString());
        }
        if (raw.isEnum()) {
            return Enum.valueOf((Class<? extends Enum>) raw, json.toString());
        }
        if (raw == char.class || raw == Character.class) {
            return json.toString().charAt(0);
        }
        if (json instanceof String && (raw == byte[].class || raw == ByteBuffer.class)) {
            byte[] bytes = Base64.getDecoder().decode((String) json);
            return raw == byte[].class ? bytes : ByteBuffer.wrap(bytes);
        }
        if (raw == Date.class && json instanceof Number) {
            return new Date(((Number) json).longValue());
        }
        if (raw.isPrimitive() || Number.class.isAssignableFrom(raw)) {
            return number(new BigDecimal(json.toString()), raw);
        }
        return json instanceof String ? fromText((String) json, raw) : fail(json, raw);
    }

    private static Object number(BigDecimal value, Class<?> raw) {
        if (raw == int.class || raw == Integer.class) {
            return value.intValue();
        }
        if (raw == long.class || raw == Long.class) {
            return value.longValue();
        }
        if (raw == double.class || raw == Double.class) {
            return value.doubleValue();
        }
        if (raw == float.class || raw == Float.class) {
            return value.floatValue();
        }
        if (raw == short.class || raw == Short.class) {
            return value.shortValue();
        }
        if (raw == byte.class || raw == Byte.class) {
            return value.byteValue();
        }
        return raw == BigInteger.class ? (Object) value.toBigInteger() : value;
    }

    /** Dates, UUIDs and the like say themselves how they are read. */
    private static Object fromText(String text, Class<?> raw) throws ReflectiveOperationException {
        if (raw == Date.class) {
            return Date.from(java.time.Instant.parse(text));
        }
        for (String name : new String[] {"parse", "fromString", "valueOf"}) {
            for (Class<?> parameter : new Class<?>[] {String.class, CharSequence.class}) {
                try {
                    Method method = raw.getMethod(name, parameter);
                    if (Modifier.isStatic(method.getModifiers()) && raw.isAssignableFrom(method.getReturnType())) {
                        return method.invoke(null, text);
                    }
                } catch (NoSuchMethodException next) {
                    // Another name may be there.
                }
            }
        }
        try {
            return raw.getConstructor(String.class).newInstance(text);
        } catch (NoSuchMethodException none) {
            return fail(text, raw);
        }
    }

    private static Object fail(Object json, Class<?> raw) {
        throw mismatch(json instanceof String ? "a string" : "a " + json.getClass().getSimpleName(), raw);
    }

    private static IllegalArgumentException mismatch(String what, Class<?> raw) {
        return new IllegalArgumentException("Cannot read " + raw.getName() + " from " + what);
    }

    private static Object bean(Map<?, ?> json, Class<?> raw, Map<TypeVariable<?>, Type> known) throws ReflectiveOperationException {
        if (raw.getSuperclass() != null && raw.getSuperclass().getName().equals("java.lang.Record")) {
            return record(json, raw, known);
        }
        if (raw.isInterface() || raw.isArray() || raw.isPrimitive() || raw == String.class || Number.class.isAssignableFrom(raw)) {
            throw mismatch("an object", raw);
        }
        Object bean = create(raw);
        for (Map.Entry<?, ?> entry : json.entrySet()) {
            set(bean, raw, (String) entry.getKey(), entry.getValue(), known);
        }
        return bean;
    }

    private static Object record(Map<?, ?> json, Class<?> raw, Map<TypeVariable<?>, Type> known) throws ReflectiveOperationException {
        // By name, because this file is compiled for Java 8 too.
        Object[] components = (Object[]) Class.class.getMethod("getRecordComponents").invoke(raw);
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            Class<?> component = components[i].getClass();
            types[i] = (Class<?>) component.getMethod("getType").invoke(components[i]);
            String name = (String) component.getMethod("getName").invoke(components[i]);
            values[i] = read(json.get(name), (Type) component.getMethod("getGenericType").invoke(components[i]), known);
        }
        Constructor<?> constructor = raw.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return constructor.newInstance(values);
    }

    private static void set(Object bean, Class<?> raw, String name, Object value, Map<TypeVariable<?>, Type> known)
            throws ReflectiveOperationException {
        Method setter = find(Arrays.asList(raw.getMethods()), "set" + name, 1);
        if (setter != null) {
            setter.setAccessible(true);
            setter.invoke(bean, read(value, setter.getGenericParameterTypes()[0], known));
            return;
        }
        for (Field field : raw.getFields()) {
            if (field.getName().equals(name) && !Modifier.isStatic(field.getModifiers()) && !Modifier.isFinal(field.getModifiers())) {
                field.setAccessible(true);
                field.set(bean, read(value, field.getGenericType(), known));
            }
        }
    }

    /** The exact name first, then any case: events of AWS's services have members such as Records and eventSourceARN. */
    private static Method find(Collection<Method> methods, String name, int parameters) {
        Method found = null;
        for (Method method : methods) {
            if (method.getParameterCount() == parameters && !Modifier.isStatic(method.getModifiers()) && !method.isBridge()
                    && method.getName().equalsIgnoreCase(name)) {
                String exact = "set" + name.substring(3, 4).toUpperCase(Locale.ROOT) + name.substring(4);
                if (method.getName().equals(exact)) {
                    return method;
                }
                found = method;
            }
        }
        return found;
    }

    private static Object create(Class<?> raw) throws ReflectiveOperationException {
        Executable[] constructors = raw.getDeclaredConstructors();
        for (Executable constructor : constructors.length == 0 ? Collections.<Executable>emptyList() : Arrays.asList(constructors)) {
            if (constructor.getParameterCount() == 0) {
                constructor.setAccessible(true);
                return ((Constructor<?>) constructor).newInstance();
            }
        }
        throw new InstantiationException("Class " + raw.getName() + " has no constructor without parameters");
    }
}
