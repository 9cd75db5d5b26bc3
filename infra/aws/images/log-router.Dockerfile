# Fluent Bit as it is, with one file more; built, so that the stack's own registry has it: nothing in the private subnets reaches another.
ARG IMAGE
FROM ${IMAGE}
COPY log-router.conf /fluent-bit/etc/storefront.conf
# whatever the mode of the file was where it was checked out
RUN chmod 0644 /fluent-bit/etc/storefront.conf
