# A handler for layers/shell-runtime: the event comes on standard input, the answer goes to standard output,
# the log to standard error. Bash has no JSON; the patterns below read what order.json looks like.

main() {
    local event config net=0 tax
    event=$(cat)
    config=$(cat /opt/config/orders.json)
    local item='"quantity":[[:space:]]*([0-9]+),[[:space:]]*"priceCents":[[:space:]]*([0-9]+)(.*)'
    while [[ $event =~ $item ]]; do
        net=$((net + BASH_REMATCH[1] * BASH_REMATCH[2]))
        event=${BASH_REMATCH[3]}
    done
    tax=$((net * $(field vatPercent) / 100))
    echo "order of $net cents" >&2
    printf '{"runtime":"shell","shop":"%s","settings":"%s","currency":"%s","netCents":%d,"taxCents":%d,"totalCents":%d}' \
        "$SHOP" "$(field settings)" "$(field currency)" "$net" "$tax" "$((net + tax))"
}

# A string or number of $config.
field() {
    local pattern="\"$1\":[[:space:]]*\"?([^\",}[:space:]]+)"
    [[ $config =~ $pattern ]] && printf '%s' "${BASH_REMATCH[1]}"
}
