# vfio and iommufd need a real domain for their device.
intel_iommu=on
# vhost-vdpa pins only for devices that take physical addresses.
vdpa_sim.use_va=0
# The emulated IOMMU does not remap interrupts.
vfio_iommu_type1.allow_unsafe_interrupts=1
iommufd.allow_unsafe_interrupts=1
